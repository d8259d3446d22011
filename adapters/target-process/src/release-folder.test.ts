import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const sizeBytes = 2000

/** Unpacks a release of one file, and prints the error's name, or the size of what it unpacked. */
const program = (folder: string): string => `
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { manifestDigest, manifestOf } from '@sluice/execution'
import { ReleaseFolder } from ${JSON.stringify(join(import.meta.dirname, 'release-folder.ts'))}
const bytes = Buffer.alloc(${sizeBytes}, 'x')
const digest = 'sha256:' + createHash('sha256').update(bytes).digest('hex')
const manifest = manifestOf([{ path: 'server.js', mode: 0o644, sizeBytes: bytes.length, digest }])
const releases = new ReleaseFolder(${JSON.stringify(folder)}, {
  manifest: async () => manifest,
  blobs: { get: async () => (async function* () { yield bytes })() },
})
console.log(await releases.unpacked(manifestDigest(manifest)).then(
  async (path) => (await stat(path + '/server.js')).size,
  (error) => error.code,
))
`

test.each([
  ['in full where there is room', 'unlimited', String(sizeBytes)],
  // The system takes the first part of what is written, and no more: as on a full disk.
  ['or not at all where there is none', '1', 'EFBIG'],
])('a release is unpacked %s', async (_, limit, wanted) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-releases-'))
  onTestFinished(async () => {
    // Releases are read-only, to their owner as well.
    execFileSync('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  })
  const command = `ulimit -f ${limit}; exec "$0" --input-type=module -e "$1"`
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program(folder)], {
    cwd: import.meta.dirname,
  })
  expect(stdout.trim()).toBe(wanted)
})
