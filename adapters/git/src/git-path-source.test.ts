import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { pathHistory, pathSourceCases, sortedPaths } from '@sluice/pipeline/testing'
import { describe, expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitPathSource } from './git-path-source.ts'
import { GitRepository } from './git-repository.ts'

const clock = fixedClock(1_800_000_000_000)
const { project, v1, main, planned } = pathHistory

/** A developer's checkout with the history of the cases, its content in `prefix`, on the branch `work`. */
function checkoutOf(prefix: string): { root: string; folder: string } {
  const root = scratchFolder()
  const folder = join(root, prefix)
  const commit = (files: Record<string, string>, message: string): void => {
    for (const path of ['a.txt', 'docs', 'old.txt', 'new.txt'])
      rmSync(join(folder, path), { recursive: true, force: true })
    writeFiles(folder, files)
    developerGit(root, 'add', '-A')
    developerGit(root, 'commit', '--quiet', '--message', message)
  }
  writeFiles(root, { 'beside.txt': 'x' })
  developerGit(root, 'init', '--quiet')
  commit(v1, 'first')
  developerGit(root, 'tag', 'v1')
  commit(main, 'second')
  developerGit(root, 'switch', '--quiet', '--create', 'work', 'v1')
  commit(planned, 'work')
  return { root, folder }
}

async function emptyRepository(): Promise<GitRepository> {
  return GitRepository.openOrCreate(join(scratchFolder(), 'r.git'))
}

async function sourceOfFolder(folder: string): Promise<GitPathSource> {
  const repository = await emptyRepository()
  const { commit } = await repository.importFolder({ folder, branch: 'work', clock })
  return GitPathSource.ofFolder({ repository, commit, projectPath: project, defaultBranch: 'main' }, folder)
}

describe('GitPathSource.ofFolder()', () => {
  test.each(pathSourceCases)('at the root of a checkout: $name', async ({ ask, wanted }) => {
    const answer = sortedPaths(await ask(await sourceOfFolder(checkoutOf('').folder)))
    expect(answer?.filter((path) => path !== 'beside.txt') ?? null).toEqual(wanted)
  })

  test('in a folder of a checkout, paths count from the folder', async () => {
    const source = await sourceOfFolder(checkoutOf('service').folder)
    expect(sortedPaths(await source.changedSince('main'))).toEqual(['docs/b.md', 'new.txt', 'old.txt'])
    expect(sortedPaths(await source.filesOf(project, null))).toEqual(['a.txt', 'docs/b.md', 'old.txt'])
  })

  test('edits that are not committed are changes', async () => {
    const { folder } = checkoutOf('')
    writeFiles(folder, { 'a.txt': 'edited' })
    expect(sortedPaths(await (await sourceOfFolder(folder)).changedSince('v1'))).toContain('a.txt')
  })

  test('a branch that is only at the remote is found', async () => {
    const { root, folder } = checkoutOf('')
    developerGit(root, 'update-ref', 'refs/remotes/origin/release', 'v1')
    expect(sortedPaths(await (await sourceOfFolder(folder)).changedSince('release'))).toContain('new.txt')
  })

  test('a ref that shares no history has nothing changed', async () => {
    const { root, folder } = checkoutOf('')
    const tree = developerGit(root, 'rev-parse', 'HEAD^{tree}')
    developerGit(root, 'branch', 'apart', developerGit(root, 'commit-tree', tree, '-m', 'apart'))
    expect(await (await sourceOfFolder(folder)).changedSince('apart')).toEqual({ paths: [] })
  })

  test('a base whose content is not here, as in a partial clone, cannot be compared', async () => {
    const { root, folder } = checkoutOf('')
    const tree = developerGit(root, 'rev-parse', 'v1^{tree}')
    rmSync(join(root, '.git', 'objects', tree.slice(0, 2), tree.slice(2)))
    const fault = { fault: 'its history is not here, as in a shallow clone' }
    expect(await (await sourceOfFolder(folder)).changedSince('main')).toEqual(fault)
  })

  test('without a checkout nothing can be compared, and it is said', async () => {
    const source = await sourceOfFolder(writeFiles(scratchFolder(), planned))
    const fault = { fault: 'the folder lies in no Git checkout with a commit' }
    expect(await source.changedSince('main')).toEqual(fault)
    expect(await source.filesOf(project, null)).toEqual(fault)
  })
})

describe('GitPathSource.ofRepository()', () => {
  test.each(pathSourceCases)('$name', async ({ ask, wanted }) => {
    const { root } = checkoutOf('')
    const folder = join(scratchFolder(), 'r.git')
    developerGit(root, 'clone', '--quiet', '--bare', root, folder)
    const repository = await GitRepository.openOrCreate(folder)
    const commit = await repository.resolve('work')
    const source = GitPathSource.ofRepository({ repository, commit, projectPath: project, defaultBranch: 'main' })
    const answer = sortedPaths(await ask(source))
    expect(answer?.filter((path) => path !== 'beside.txt') ?? null).toEqual(wanted)
  })
})
