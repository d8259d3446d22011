import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf, root } from './documents.ts'

const guide = readFileSync(join(root, 'docs/guide/run-your-pipeline.md'), 'utf8')
const [pipeline = ''] = blocksOf(guide, 'yaml')
const commands = blocksOf(guide, 'sh').flatMap((block) => block.trim().split('\n'))
const sluice = join(root, 'sluice')
const run = promisify(execFile)
const shell = async (line: string): Promise<string> => {
  const env = { ...process.env, NO_COLOR: '1', SLUICE: sluice }
  const { stdout } = await run('sh', ['-ec', `sluice() { "$SLUICE" "$@"; }\n${line}`], { cwd: folder, env })
  return stdout
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-guide-'))
  writeFileSync(join(folder, '.gitlab-ci.yml'), pipeline)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the guide promises of each of its commands. */
const promises: Record<string, RegExp> = {
  'echo hello >greeting.txt': /^$/,
  'sluice lint': /^The pipeline is valid: 3 jobs, 1 out\.$/m,
  'sluice plan': /^Not in the plan:\ntest +docs +no rule matched/m,
  'sluice explain docs': /\$CI_PIPELINE_SOURCE is "push"/,
  'sluice graph': /^└─ unit-test +← build$/m,
  'sluice explain docs --event merge_request --branch topic --changed docs/index.md': /^docs is in the plan/,
  'sluice plan --tag v1.0.0': /^deploy +publish /m,
  'sluice plan --event schedule --var NIGHTLY=yes': /^test +unit-test /m,
  'sluice run': /^✔ unit-test [\s\S]*All is well/m,
  'sluice run unit-test': /^✔ build [\s\S]*✔ unit-test /m,
  'sluice run --manual publish': /^publish +\| published main$/m,
  'sluice run --failed': /^✔ unit-test +kept from the last run$/m,
}

describe('every command of the guide works as written, one after another', () => {
  test.each(commands)('%s', async (command) => {
    expect(await shell(command)).toMatch(promises[command] ?? /a promise for each command/)
  })
})

test('the guide names every option of run and of events, and no other', async () => {
  const help = await shell('sluice run --help')
  const offered = [...help.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, name = '']) => name)
  const named = [...guide.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, name = '']) => name)
  const elsewhere = ['--help', '--folder', '--needs']
  expect(named.toSorted()).toEqual(offered.filter((name) => !elsewhere.includes(name)).toSorted())
})
