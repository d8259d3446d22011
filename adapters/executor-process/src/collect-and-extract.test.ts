import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { linkMode, manifestDigest, type ArtifactEntry } from '@sluice/execution'
import { memoryBlobStore } from '@sluice/execution/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectFiles, extractFiles, removeFolder } from './index.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sluice-files-'))
  for (const name of ['from', 'to', 'outside']) mkdirSync(join(base, name))
  writeFileSync(join(base, 'outside/secret'), 'outside')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(base, path)), { recursive: true })
  writeFileSync(join(base, path), content, { mode })
}

const collect = async (blobs = memoryBlobStore(), paths = ['.'], exclude: string[] = []) =>
  collectFiles(join(base, 'from'), { paths, exclude }, blobs)

describe('collectFiles', () => {
  it('takes what is selected, with modes, and gives it back elsewhere', async () => {
    write('from/dist/app.js', 'app')
    write('from/dist/bin/tool', '#!/bin/sh', 0o755)
    write('from/dist/app.js.map', 'map')
    write('from/src/app.ts', 'source')
    symlinkSync('bin/tool', join(base, 'from/dist/link'))
    const blobs = memoryBlobStore()
    const manifest = await collect(blobs, ['dist'], ['**/*.map'])
    expect(manifest.entries.map(({ path, mode }) => [path, mode])).toEqual([
      ['dist/app.js', 0o644],
      ['dist/bin/tool', 0o755],
      ['dist/link', linkMode],
    ])
    await extractFiles(join(base, 'to'), manifest, blobs, null)
    expect(readFileSync(join(base, 'to/dist/bin/tool'), 'utf8')).toBe('#!/bin/sh')
    expect(lstatSync(join(base, 'to/dist/bin/tool')).mode & 0o777).toBe(0o755)
    expect(readlinkSync(join(base, 'to/dist/link'))).toBe('bin/tool')
    expect(manifestDigest(await collectFiles(join(base, 'to'), { paths: ['.'], exclude: [] }, blobs))).toBe(
      manifestDigest(manifest),
    )
  })

  it.each([
    ['a link to a file outside', '../outside/secret'],
    ['a link to a folder outside', '../outside'],
    ['a link with an absolute target', '/etc/passwd'],
  ])('does not take %s, nor what lies behind it', async (_, target) => {
    write('from/kept', 'kept')
    symlinkSync(target, join(base, 'from/link'))
    expect((await collect(memoryBlobStore(), ['**/*'])).entries.map(({ path }) => path)).toEqual(['kept'])
  })

  it('passes over a pipe without waiting for it', async () => {
    execFileSync('/usr/bin/mkfifo', [join(base, 'from/pipe')])
    expect((await collect()).entries).toEqual([])
  })
})

describe('extractFiles', () => {
  const entryOf = async (
    blobs: ReturnType<typeof memoryBlobStore>,
    path: string,
    content: string,
    mode = 0o644,
  ): Promise<ArtifactEntry> => ({
    path,
    mode,
    ...(await blobs.put(Buffer.from(content))),
  })
  const extract = async (...files: [path: string, content: string, mode?: number][]): Promise<void> => {
    const blobs = memoryBlobStore()
    const entries: ArtifactEntry[] = []
    for (const file of files) entries.push(await entryOf(blobs, ...file))
    await extractFiles(join(base, 'to'), { entries }, blobs, null)
  }

  it.each([
    ['an absolute path', ['/tmp/x', 'x'], 'EXECUTION_ARTIFACT_PATH'],
    ['a path that climbs', ['../outside/x', 'x'], 'EXECUTION_ARTIFACT_PATH'],
    ['a link that leads outside', ['link', '../outside', linkMode], 'EXECUTOR_EXTRACTION_REFUSED'],
    ['a link with an absolute target', ['link', '/etc', linkMode], 'EXECUTOR_EXTRACTION_REFUSED'],
    ['a file below a link that is there', ['there/x', 'x'], 'EXECUTOR_EXTRACTION_REFUSED'],
    ['a link below a link that is there', ['there/x', 'y', linkMode], 'EXECUTOR_EXTRACTION_REFUSED'],
    ['a file in place of a folder', ['folder', 'x'], 'EXECUTOR_EXTRACTION_REFUSED'],
  ] as [string, [string, string, number?], string][])('refuses %s', async (_, file, code) => {
    mkdirSync(join(base, 'to/folder'))
    symlinkSync('../outside', join(base, 'to/there'))
    await expect(extract(file)).rejects.toMatchObject({ code })
    expect(execFileSync('ls', [join(base, 'outside')], { encoding: 'utf8' })).toBe('secret\n')
  })

  it('writes no file through a link of the same manifest', async () => {
    await expect(extract(['a', 'b', linkMode], ['a/x', 'x'])).rejects.toMatchObject({
      code: 'EXECUTOR_EXTRACTION_REFUSED',
    })
  })

  it('replaces a link by a file instead of writing through it', async () => {
    symlinkSync('../outside/secret', join(base, 'to/file'))
    await extract(['file', 'new'])
    expect([readFileSync(join(base, 'to/file'), 'utf8'), readFileSync(join(base, 'outside/secret'), 'utf8')]).toEqual([
      'new',
      'outside',
    ])
  })

  it('says which blob is missing', async () => {
    const entries = [{ path: 'a', mode: 0o644, sizeBytes: 1, digest: `sha256:${'0'.repeat(64)}` }]
    await expect(extractFiles(join(base, 'to'), { entries }, memoryBlobStore(), null)).rejects.toMatchObject({
      code: 'EXECUTION_BLOB_MISSING',
    })
  })
})

describe('removeFolder', () => {
  it('removes what a job has closed, follows no link, and is content where nothing is', async () => {
    mkdirSync(join(base, 'from/closed/below'), { recursive: true })
    symlinkSync(join(base, 'outside'), join(base, 'from/closed/link'))
    execFileSync('chmod', ['-R', '0500', join(base, 'from/closed')])
    await removeFolder(join(base, 'from'))
    await removeFolder(join(base, 'from'))
    expect(readFileSync(join(base, 'outside/secret'), 'utf8')).toBe('outside')
    expect(() => lstatSync(join(base, 'from'))).toThrow('ENOENT')
  })
})
