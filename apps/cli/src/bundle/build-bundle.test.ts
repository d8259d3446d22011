import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { bundleRecordFile, type BundleRecord } from './bundle-place.ts'

const run = promisify(execFile)
const node = async (args: readonly string[], more = {}) => run(process.execPath, [...args], more)

test('a bundle can be made, and finds what was left outside of it', { timeout: 120_000 }, async () => {
  await node([join(import.meta.dirname, 'build-bundle.ts')])
  const { program } = JSON.parse(readFileSync(bundleRecordFile, 'utf8')) as BundleRecord
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': 'a: { image: debian, script: [echo hi] }\n' })
  const script = `require(${JSON.stringify(program)}).runProgram(['run', '--executor', 'docker']).then((status) => process.exit(status))`
  const env = { ...process.env, DOCKER_HOST: `unix://${folder}/no.sock` }
  await expect(node(['-e', script], { cwd: folder, env })).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('[EXECUTOR_DOCKER_UNREACHABLE]') as string,
  })
})
