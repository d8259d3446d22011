import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { scratchFolder, writeFiles } from '../testing/scratch.ts'
import { checkoutRoot } from './platform/settings.ts'

const main = join(import.meta.dirname, 'main.ts')

test('a command whose reader went away ends quietly', async () => {
  const child = spawn(process.execPath, [main, 'plan', join(checkoutRoot, 'card')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdout.destroy()
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toBe('')
  expect(status).toBe(0)
})

/** Runs a command whose standard output is a disk without room. */
async function runOnFull(args: readonly string[], isErrorFull = false): Promise<{ status: unknown; said: string }> {
  const full = openSync('/dev/full', 'w')
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': 'build: { script: ["true"] }\n' })
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    stdio: ['ignore', full, isErrorFull ? full : 'pipe'],
  })
  closeSync(full)
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = child.stderr === null ? '' : text(child.stderr)
  const [status] = await once(child, 'close')
  return { status, said: await said }
}

test.each([
  ['plan'],
  ['plan', '--json'],
  ['lint'],
  ['explain', 'build'],
  ['graph'],
  ['graph', '--svg'],
  ['run'],
  ['run', '--json'],
  ['status', '--data', '.nothing'],
  ['--help'],
  ['--version'],
])('output of "%s" that cannot be written is told, and fails', async (...args) => {
  const { status, said } = await runOnFull(args)
  expect(status).toBe(1)
  expect(said.match(/Cannot write to standard output: .*no space left.* \[CLI_OUTPUT_LOST\]\n/g)).toHaveLength(1)
})

test('output of which a part fits is told to be lost', async () => {
  const jobs = Array.from({ length: 50 }, (_, index) => `job-${index}: { script: ["true"] }\n`)
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': jobs.join('') })
  const file = join(folder, 'out')
  // A limit of the size of files is met as the end of a disk is: the first write takes a part.
  const command = ['-c', 'ulimit -f 20; exec "$@" >"$0"', file, process.execPath, main, 'plan', '--json', folder]
  const child = spawn('/bin/sh', command, { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(statSync(file).size).toBeGreaterThan(0)
  expect(said).toMatch(/^sluice: Cannot write to standard output: EFBIG: .* \[CLI_OUTPUT_LOST\]\n$/)
  expect(status).toBe(1)
})

test.each([['plan'], ['run'], ['--help']])('where "%s" cannot even say that, it fails', async (...args) => {
  expect(await runOnFull(args, true)).toEqual({ status: 1, said: '' })
})
