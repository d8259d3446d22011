import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { runProgram } from '../../apps/cli/src/program.ts'
import { scratchFolder } from '../../apps/cli/testing/scratch.ts'
import { readRunScript, type ExpectedRun, type ExpectedText } from './run-script.ts'

/**
 * Every folder here is a case: a project that `sluice run` runs, and `expected.txt`, see `readRunScript`. What lies in its
 * `later/` is laid over the project before the second run.
 */
const root = import.meta.dirname
const ofTheCase = new Set(['expected.txt', 'later'])
const cases = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

interface RunResult {
  status: number
  told: string
  jobs: { name: string; status: string; attempt: number; reason: string; exitCode: number | null; log: string | null }[]
}

async function sluiceRun(folder: string, args: readonly string[]): Promise<RunResult> {
  let [output, told] = ['', '']
  vi.stubEnv('NO_COLOR', '1')
  vi.stubEnv('OF_THE_CALLER', 'must-not-be-seen')
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((output += String(text)), true))
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true))
  onTestFinished(() => (out.mockRestore(), err.mockRestore(), vi.unstubAllEnvs(), undefined))
  const status = await runProgram(['run', '--folder', folder, '--quiet', '--json', ...args])
  out.mockRestore()
  err.mockRestore()
  return { status, told, jobs: output === '' ? [] : (JSON.parse(output) as RunResult).jobs }
}

/** How a job ended, in one line. */
function jobText({ status, attempt, reason, exitCode }: RunResult['jobs'][number]): string {
  const code = status === 'failed' && exitCode !== null ? `exit code ${exitCode}` : ''
  const why = status === 'success' || code !== '' ? '' : reason
  return [status, code, why, attempt > 1 ? `attempt ${attempt}` : ''].filter(Boolean).join(', ')
}

function expectTexts(texts: readonly ExpectedText[], written: string, where: string): void {
  const whole = stripVTControlCharacters(written)
  const withoutCommands = whole.replaceAll(/^\$ .*$/gm, '')
  let from = 0
  for (const { text, isThere } of texts) {
    const at = isThere ? whole.indexOf(text, from) : (text.startsWith('$ ') ? whole : withoutCommands).indexOf(text)
    expect(at !== -1, `${where} ${isThere ? 'lacks' : 'has'} "${text}":\n${whole}`).toBe(isThere)
    if (isThere) from = at + text.length
  }
}

async function expectRun(folder: string, expected: ExpectedRun): Promise<void> {
  const { status, told, jobs } = await sluiceRun(
    folder,
    expected.args.map((arg) => arg.replace('{folder}', folder)),
  )
  const ended = Object.fromEntries(jobs.map((job) => [job.name, jobText(job)]))
  expect(ended, told).toEqual(Object.fromEntries(expected.jobs.map(({ name, end }) => [name, end])))
  expect(status, told).toBe(expected.exitStatus)
  expectTexts(expected.told, told, 'what it tells')
  for (const { name, log } of expected.jobs) {
    const path = jobs.find((job) => job.name === name)?.log ?? null
    const whole = path === null ? '' : readFileSync(path, 'utf8')
    // What is not there proves nothing of a job that told nothing.
    expect(log.length === 0 || whole !== '', `log of ${name} is empty`).toBe(true)
    expectTexts(log, whole, `log of ${name}`)
  }
}

describe('sluice run', () => {
  test('is tried by cases', () => {
    expect(cases.length).toBeGreaterThan(20)
  })

  // A second or less each on a machine that has nothing else to do.
  test.each(cases)('%s', { timeout: 90_000 }, async (name) => {
    const folder = join(scratchFolder(), 'project')
    cpSync(join(root, name), folder, { recursive: true, filter: (path) => !ofTheCase.has(basename(path)) })
    const [first, ...others] = readRunScript(readFileSync(join(root, name, 'expected.txt'), 'utf8'))
    if (first === undefined) throw new Error(`Case ${name} expects no run`)
    await expectRun(folder, first)
    const later = join(root, name, 'later')
    if (existsSync(later)) cpSync(later, folder, { recursive: true })
    for (const run of others) await expectRun(folder, run)
  })
})
