import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitRepository } from './git-repository.ts'

const clock = fixedClock(1_800_000_000_000)
const importOf = async (repository: GitRepository, folder: string) =>
  repository.importFolder({ folder, branch: 'main', clock })

async function newRepository(): Promise<GitRepository> {
  return GitRepository.openOrCreate(join(scratchFolder(), 'card.git'))
}

describe('a folder without a checkout around it', () => {
  test('becomes a commit with all its files, dated by the clock', async () => {
    const repository = await newRepository()
    const folder = writeFiles(join(scratchFolder(), 'card'), { 'a.txt': 'a\n', 'src/b.ts': 'b\n' })
    const imported = await importOf(repository, folder)
    expect(imported).toMatchObject({ changed: true, title: 'Import of card', committedAt: clock.now() })
    expect(await repository.listFiles(imported.commit)).toEqual(['a.txt', 'src/b.ts'])
  })

  test('is not committed again while its content is the same', async () => {
    const repository = await newRepository()
    const folder = writeFiles(scratchFolder(), { 'a.txt': 'a\n' })
    const first = await importOf(repository, folder)
    expect(await importOf(repository, folder)).toEqual({ ...first, changed: false })
  })

  test('gets a commit on top of the last when a file changes, comes or goes', async () => {
    const repository = await newRepository()
    const folder = writeFiles(scratchFolder(), { 'a.txt': 'a\n', 'b.txt': 'b\n' })
    const first = await importOf(repository, folder)
    rmSync(join(folder, 'a.txt'))
    writeFiles(folder, { 'b.txt': 'bb\n', 'c.txt': 'c\n' })
    const second = await importOf(repository, folder)
    expect((await repository.commitInfo(second.commit)).parents).toEqual([first.commit])
    expect(await repository.changedPaths(first.commit, second.commit)).toEqual(['a.txt', 'b.txt', 'c.txt'])
    expect((await repository.commitsBetween(first.commit, second.commit)).map((one) => one.commit)).toEqual([
      second.commit,
    ])
    expect(await repository.commitsBetween(null, second.commit)).toHaveLength(2)
  })

  test('leaves out what .gitignore names, node_modules, and repositories inside it', async () => {
    const repository = await newRepository()
    const folder = writeFiles(scratchFolder(), {
      '.gitignore': 'dist/\n*.log\n',
      'a.txt': 'a\n',
      'x.log': 'x',
      'dist/b.js': 'b',
      'node_modules/c/index.js': 'c',
      'deep/node_modules/d/index.js': 'd',
      '.sluice/server.json': '{}',
      'inner/e.txt': 'e',
    })
    developerGit(join(folder, 'inner'), 'init', '-q')
    developerGit(join(folder, 'inner'), 'add', '.')
    developerGit(join(folder, 'inner'), 'commit', '-qm', 'inner')
    const { commit } = await importOf(repository, folder)
    expect(await repository.listFiles(commit)).toEqual(['.gitignore', 'a.txt'])
  })

  test('keeps the executable bit and symbolic links, and reads no text through a link', async () => {
    const repository = await newRepository()
    const folder = writeFiles(scratchFolder(), { 'run.sh': '#!/bin/sh\n' })
    chmodSync(join(folder, 'run.sh'), 0o755)
    symlinkSync('/etc/passwd', join(folder, 'link'))
    const { commit } = await importOf(repository, folder)
    const modes = (await repository.listTree(commit)).map((file) => [file.path, file.mode])
    expect(modes).toEqual([
      ['link', '120000'],
      ['run.sh', '100755'],
    ])
    expect(await repository.readFile(commit, 'link')).toBeNull()
  })

  test.each([
    ['is not there', '/nonexistent/card'],
    ['is no folder', '/dev/null'],
  ])('that %s is refused in one sentence', async (words, folder) => {
    const repository = await newRepository()
    await expect(importOf(repository, folder)).rejects.toMatchObject({
      code: 'GIT_FOLDER_MISSING',
      message: expect.stringContaining(words),
    })
  })
})

describe('a folder in a checkout', () => {
  function checkout(): { root: string; card: string } {
    const root = scratchFolder()
    developerGit(root, 'init', '-q')
    const card = join(root, 'card')
    writeFiles(card, { 'a.txt': 'a\n' })
    developerGit(root, 'add', '.')
    developerGit(root, 'commit', '-qm', 'Limit at zero is refused\n\nBecause of the rules.')
    writeFiles(root, { 'README.md': 'later\n' })
    developerGit(root, 'add', '.')
    developerGit(root, 'commit', '-qm', 'Something else')
    return { root, card }
  }
  const fromCommit = { title: 'Limit at zero is refused', author: 'Ada', committedAt: 1_700_000_100_000 }

  test('takes title, author and dates of the newest commit that touched it', async () => {
    const repository = await newRepository()
    const imported = await importOf(repository, checkout().card)
    expect(imported).toMatchObject(fromCommit)
    expect(await repository.commitInfo(imported.commit)).toMatchObject({
      message: 'Limit at zero is refused\n\nBecause of the rules.',
      authorEmail: 'ada@example.org',
      authoredAt: 1_700_000_000_000,
      parents: [],
    })
  })

  test('with local changes says so and takes the clock', async () => {
    const { card } = checkout()
    writeFiles(card, { 'a.txt': 'changed\n' })
    const imported = await importOf(await newRepository(), card)
    expect(imported).toMatchObject({ title: 'Local changes in card', committedAt: clock.now() })
  })

  test('that is the root of the checkout works too', async () => {
    const imported = await importOf(await newRepository(), checkout().root)
    expect(imported.title).toBe('Something else')
  })

  test('of a shallow clone works', async () => {
    const { root } = checkout()
    const clone = join(scratchFolder(), 'clone')
    developerGit(root, 'clone', '-q', '--depth=1', `file://${root}`, clone)
    const imported = await importOf(await newRepository(), join(clone, 'card'))
    expect(imported).toMatchObject({ changed: true, title: 'Something else' })
  })

  test('of a linked worktree works', async () => {
    const { root } = checkout()
    const linked = join(scratchFolder(), 'linked')
    developerGit(root, 'worktree', 'add', '-q', '--detach', linked)
    expect(await importOf(await newRepository(), join(linked, 'card'))).toMatchObject(fromCommit)
  })

  test('starts no program that the checkout’s settings name', async () => {
    const { root, card } = checkout()
    const trap = join(root, '.git', 'trap')
    developerGit(root, 'config', 'core.fsmonitor', `touch ${trap}; true`)
    developerGit(root, 'config', 'filter.trap.clean', `touch ${trap}; cat`)
    writeFiles(card, { '.gitattributes': '* filter=trap\n' })
    const repository = await newRepository()
    const { commit } = await importOf(repository, card)
    expect(await repository.listFiles(commit)).toContain('.gitattributes')
    expect(() => chmodSync(trap, 0o600)).toThrow('ENOENT')
  })

  test.runIf(process.getuid?.() === 0)('whose .git another user owns works (root only)', async () => {
    const { root, card } = checkout()
    chownSync(join(root, '.git'), 65_534, 65_534)
    chownSync(root, 65_534, 65_534)
    expect(await importOf(await newRepository(), card)).toMatchObject(fromCommit)
  })

  test('without any commit is imported as a folder with local changes', async () => {
    const root = scratchFolder()
    developerGit(root, 'init', '-q')
    mkdirSync(join(root, 'card'))
    writeFiles(join(root, 'card'), { 'a.txt': 'a' })
    expect(await importOf(await newRepository(), join(root, 'card'))).toMatchObject({ title: 'Local changes in card' })
  })
})
