import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { FolderCheckout } from './folder-checkout.ts'
import { GitRepository } from './git-repository.ts'
import { pathOfAddress } from './path-of-address.ts'

const clock = fixedClock(1_800_000_000_000)

/** A checkout with two commits on main, a branch `topic` with one more, which is checked out, and a folder `card`. */
function checkout(): string {
  const folder = writeFiles(scratchFolder(), { 'a.txt': 'a\n', 'card/x.txt': 'x\n' })
  const git = (...args: string[]): string => developerGit(folder, ...args)
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'first')
  writeFiles(folder, { 'b.txt': 'b\n' })
  git('add', '.')
  git('commit', '-qm', 'second')
  git('tag', '-a', 'v1', '-m', 'Version one\n\nWith care.')
  git('tag', 'plain')
  git('checkout', '-qb', 'topic')
  writeFiles(folder, { 'card/y.txt': 'y\n' })
  git('add', '.')
  git('commit', '-qm', 'third')
  return folder
}

async function lookAt(folder: string, against: string | null, untracked = true) {
  const found = (await FolderCheckout.find(folder)) as FolderCheckout
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'own.git'))
  const { commit } = await repository.importFolder({ folder, branch: 'main', clock, untracked })
  const { tree } = await repository.commitInfo(commit)
  return { found, change: await found.change(repository, tree, against), files: await repository.listFiles(commit) }
}

test('a checkout tells its branch, its default branch, its tags and the commit that is checked out', async () => {
  const folder = checkout()
  const found = await FolderCheckout.find(folder)
  expect(found).toMatchObject({ branch: 'topic', defaultBranch: 'main', projectPath: null })
  expect(found?.head).toEqual({
    commit: developerGit(folder, 'rev-parse', 'HEAD'),
    parents: [developerGit(folder, 'rev-parse', 'main')],
    committedAt: 1_700_000_100_000,
  })
  const commit = developerGit(folder, 'rev-parse', 'main')
  expect(found?.tags).toEqual([
    { name: 'plain', message: '', commit },
    { name: 'v1', message: 'Version one\n\nWith care.', commit },
  ])
})

test('a detached head has no branch; the remote says which branch is the default one, and how the project is called', async () => {
  const folder = checkout()
  developerGit(folder, 'checkout', '-q', '--detach')
  developerGit(folder, 'remote', 'add', 'origin', 'git@git.example.org:bank/card.git')
  developerGit(folder, 'update-ref', 'refs/remotes/origin/trunk', 'main')
  developerGit(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk')
  expect(await FolderCheckout.find(folder)).toMatchObject({
    branch: null,
    defaultBranch: 'trunk',
    projectPath: 'bank/card',
  })
})

test('before the first commit there is a branch and no head', async () => {
  const folder = scratchFolder()
  developerGit(folder, 'init', '-q')
  expect(await FolderCheckout.find(folder)).toMatchObject({ branch: 'main', head: null, tags: [] })
  const { change } = await lookAt(writeFiles(folder, { 'a.txt': 'a\n' }), null)
  expect(change).toEqual({ commit: null, base: null, paths: null })
})

describe('what changed', () => {
  test.each([
    ['since the branch left main', 'main', {}, ['card/y.txt']],
    ['since the parent, without a branch to compare with', null, {}, ['card/y.txt']],
    ['since HEAD, where there are edits', null, { 'a.txt': 'aa\n' }, ['a.txt']],
    ['since main, edits included', 'main', { 'a.txt': 'aa\n' }, ['a.txt', 'card/y.txt']],
    ['nothing is known against a branch that is not there', 'gone', {}, null],
  ] as [string, string | null, Record<string, string>, string[] | null][])('%s', async (_, against, edits, paths) => {
    const folder = writeFiles(checkout(), edits)
    const { change } = await lookAt(folder, against)
    expect(change.paths).toEqual(paths)
    expect(change.commit === null).toBe(Object.keys(edits).length > 0)
  })

  test('in a folder below the root, paths begin at the folder', async () => {
    const folder = checkout()
    const { change } = await lookAt(join(folder, 'card'), 'main')
    expect([change.paths, change.commit?.title]).toEqual([['y.txt'], 'third'])
  })

  test('a folder that the base has not is new in all its files', async () => {
    const folder = checkout()
    mkdirSync(join(folder, 'new'))
    writeFiles(folder, { 'new/z.txt': 'z\n' })
    const { change } = await lookAt(join(folder, 'new'), 'main')
    expect(change.paths).toEqual(['z.txt'])
  })
})

test('what the checkout does not track stays out when it is told so, and nothing does without a checkout', async () => {
  const folder = writeFiles(checkout(), { 'card/new.txt': 'n\n', 'card/x.txt': 'edited\n' })
  expect((await lookAt(join(folder, 'card'), null, false)).files).toEqual(['x.txt', 'y.txt'])
  expect((await lookAt(join(folder, 'card'), null)).files).toEqual(['new.txt', 'x.txt', 'y.txt'])
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'own.git'))
  const bare = writeFiles(scratchFolder(), { 'a.txt': 'a\n' })
  const { commit } = await repository.importFolder({ folder: bare, branch: 'main', clock, untracked: false })
  expect(await repository.listFiles(commit)).toEqual(['a.txt'])
})

test('paths that are always taken are taken untracked too', async () => {
  const folder = writeFiles(checkout(), { '.gitlab-ci.yml': 'a: {}\n', 'other.txt': 'o\n' })
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'own.git'))
  const request = { folder, branch: 'main', clock, untracked: false, alwaysPaths: ['.gitlab-ci.yml'] }
  const { commit } = await repository.importFolder(request)
  expect(await repository.listFiles(commit)).toEqual(['.gitlab-ci.yml', 'a.txt', 'b.txt', 'card/x.txt', 'card/y.txt'])
})

test.each([
  ['https://git.example.org/bank/card.git', 'bank/card'],
  ['https://me:secret@git.example.org/bank/credit/card', 'bank/credit/card'],
  ['ssh://git@git.example.org:2222/bank/card.git', 'bank/card'],
  ['git@git.example.org:bank/card.git', 'bank/card'],
  ['/home/ada/card.git', null],
  ['C:/card', null],
  ['', null],
])('the address %s names the project %s', (address, path) => {
  expect(pathOfAddress(address)).toBe(path)
})
