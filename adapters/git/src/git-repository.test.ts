import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import { scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitRepository } from './git-repository.ts'
import { GitSourceTree } from './git-source-tree.ts'

async function imported(files: Record<string, string | Uint8Array>) {
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'r.git'))
  const folder = writeFiles(scratchFolder(), files)
  const { commit } = await repository.importFolder({ folder, branch: 'main', clock: fixedClock(1_800_000_000_000) })
  return { repository, commit }
}

test('a file is read as of a commit, and null is said where there is none', async () => {
  const { repository, commit } = await imported({ 'ä ö.txt': 'ü\n', 'src/[x].ts': 'x', '*': 'star' })
  expect(await repository.readFile(commit, 'ä ö.txt')).toBe('ü\n')
  expect(await repository.readFile(commit, 'src/[x].ts')).toBe('x')
  expect(await repository.readFile(commit, '*')).toBe('star')
  expect(await repository.readFile(commit, 'src')).toBeNull()
  expect(await repository.readFile(commit, 'nope')).toBeNull()
})

test.each(['../x', '/etc/passwd', 'a/../b', '', 'a//b'])('the path "%s" is refused', async (path) => {
  const { repository, commit } = await imported({ a: 'a' })
  await expect(repository.readFile(commit, path)).rejects.toMatchObject({ code: 'GIT_PATH_REFUSED' })
})

test('a file over the limit is refused with both sizes', async () => {
  const { repository, commit } = await imported({ a: 'x'.repeat(11) })
  await expect(repository.readFile(commit, 'a', 10)).rejects.toMatchObject({
    code: 'GIT_FILE_TOO_LARGE',
    message: expect.stringMatching(/11 bytes, 10 at most/),
  })
})

test('the first state of a branch changes all its files', async () => {
  const { repository, commit } = await imported({ a: 'a', 'b/c': 'c' })
  expect(await repository.changedPaths(null, commit)).toEqual(['a', 'b/c'])
})

test('a source tree reads and lists one commit', async () => {
  const { repository, commit } = await imported({ '.gitlab-ci.yml': 'a: {}\n', 'b/c.yml': 'c' })
  const tree = new GitSourceTree(repository, commit)
  expect(await tree.list()).toEqual(['.gitlab-ci.yml', 'b/c.yml'])
  expect(await tree.read('.gitlab-ci.yml')).toBe('a: {}\n')
  expect(await tree.read('b/c.yml')).toBe('c')
  expect(await tree.read('d.yml')).toBeNull()
  expect(await tree.read('b')).toBeNull()
  expect(await tree.read('../b')).toBeNull()
})

test('a source tree says of bytes that are no UTF-8 where they are', async () => {
  const { repository, commit } = await imported({ 'latin.yml': Buffer.from('a:\n  script: caf\xe9\n', 'latin1') })
  const read = await new GitSourceTree(repository, commit).read('latin.yml')
  expect(read).toEqual({ kind: 'missing', fault: 'line 2 is no UTF-8; wanted text in UTF-8' })
})

test('a repository is found again', async () => {
  const { repository, commit } = await imported({ a: 'a' })
  const again = await GitRepository.openOrCreate(repository.folder)
  expect(await again.resolve('main')).toBe(commit)
  expect(await again.resolve(commit)).toBe(commit)
  await expect(again.resolve('f'.repeat(40))).rejects.toMatchObject({ code: 'GIT_REF_UNKNOWN', status: 404 })
})

test('a folder with something else in it is no repository', async () => {
  const folder = join(scratchFolder(), 'r.git')
  mkdirSync(folder)
  writeFileSync(join(folder, 'HEAD'), 'nonsense')
  await expect(GitRepository.openOrCreate(folder)).rejects.toMatchObject({ code: 'GIT_REPOSITORY_CORRUPT' })
})

test('a machine without git is told how to install it', async () => {
  vi.stubEnv('PATH', scratchFolder())
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(GitRepository.openOrCreate(join(scratchFolder(), 'r.git'))).rejects.toMatchObject({
    code: 'GIT_MISSING',
    message: expect.stringContaining('install'),
  })
})
