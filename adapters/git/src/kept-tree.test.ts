import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitRepository, GitSourceTree } from './index.ts'
import { readIndex } from './read-index.ts'

const clock = fixedClock(1_800_000_000_000)

function checkout(files: Record<string, string> = { 'a.txt': 'a\n', 'src/b.txt': 'b\n', 'src/c.sh': 'c\n' }): string {
  const folder = writeFiles(join(scratchFolder(), 'card'), files)
  developerGit(folder, 'init', '-q')
  developerGit(folder, 'add', '.')
  developerGit(folder, 'commit', '-qm', 'first')
  return folder
}

const newRepository = async (): Promise<GitRepository> => GitRepository.openOrCreate(join(scratchFolder(), 'own.git'))

const importOf = async (repository: GitRepository, folder: string, more = {}) =>
  repository.importFolder({ folder, branch: 'main', clock, untracked: false, borrow: true, ...more })

/** The content of a commit as Git tells it. */
async function contentOf(repository: GitRepository, commit: string): Promise<Record<string, string>> {
  const files = await repository.listTree(commit)
  const content = await Promise.all(files.map(async (file) => (await repository.readBlob(file)).toString('utf8')))
  return Object.fromEntries(files.map(({ path }, index) => [path, content[index] ?? '']))
}

describe('an import that borrows the objects of its checkout', () => {
  test('takes what is committed without writing a file of it again', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    const { commit, files } = await importOf(repository, folder)
    expect(files?.map(({ path }) => path)).toEqual(['a.txt', 'src/b.txt', 'src/c.sh'])
    expect(await contentOf(repository, commit)).toEqual({ 'a.txt': 'a\n', 'src/b.txt': 'b\n', 'src/c.sh': 'c\n' })
    expect((await repository.commitInfo(commit)).tree).toBe(developerGit(folder, 'rev-parse', 'HEAD^{tree}'))
    const blob = developerGit(folder, 'rev-parse', 'HEAD:a.txt')
    expect(existsSync(join(repository.folder, 'objects', blob.slice(0, 2), blob.slice(2)))).toBe(false)
    expect(await repository.borrowedObjects()).toBe(join(folder, '.git', 'objects'))
  })

  // The size stays, and so may the second: what git looks at first.
  test.each([1, 2, 3])('sees an edit right after the commit, of the same size, try %i', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    writeFiles(folder, { 'a.txt': 'x\n' })
    const first = await importOf(repository, folder)
    expect((await contentOf(repository, first.commit))['a.txt']).toBe('x\n')
    writeFiles(folder, { 'a.txt': 'y\n' })
    const second = await importOf(repository, folder)
    expect((await contentOf(repository, second.commit))['a.txt']).toBe('y\n')
    writeFiles(folder, { 'a.txt': 'a\n' })
    expect((await contentOf(repository, (await importOf(repository, folder)).commit))['a.txt']).toBe('a\n')
  })

  test('follows removals, additions to the index, another branch and files that are not tracked', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    await importOf(repository, folder)
    rmSync(join(folder, 'a.txt'))
    writeFiles(folder, { 'new.txt': 'n\n', 'other.txt': 'o\n' })
    developerGit(folder, 'add', 'new.txt')
    const edited = await importOf(repository, folder)
    expect(edited.leftOut).toEqual(['other.txt'])
    expect(Object.keys(await contentOf(repository, edited.commit))).toEqual(['new.txt', 'src/b.txt', 'src/c.sh'])
    expect(edited.files?.map(({ path }) => path)).toEqual(['new.txt', 'src/b.txt', 'src/c.sh'])
    developerGit(folder, 'reset', '-q', '--hard')
    expect(Object.keys(await contentOf(repository, (await importOf(repository, folder)).commit))).toContain('a.txt')
    const all = await importOf(repository, folder, { untracked: true })
    expect(Object.keys(await contentOf(repository, all.commit))).toContain('other.txt')
  })

  test('leaves repositories inside the folder out', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    writeFiles(folder, { 'inner/e.txt': 'e\n' })
    developerGit(join(folder, 'inner'), 'init', '-q')
    developerGit(join(folder, 'inner'), 'add', '.')
    developerGit(join(folder, 'inner'), 'commit', '-qm', 'inner')
    const { commit, leftOut } = await importOf(repository, folder, { untracked: true })
    expect(Object.keys(await contentOf(repository, commit))).toEqual(['a.txt', 'src/b.txt', 'src/c.sh'])
    expect(leftOut).toEqual([])
  })

  test.each([
    ['a newer format of the index', ['config', 'index.version', '4']],
    ['an index in two files', ['config', 'core.splitIndex', 'true']],
  ])('does without what it cannot read: %s', async (_, settings) => {
    const [repository, folder] = [await newRepository(), checkout()]
    developerGit(folder, ...settings)
    writeFiles(folder, { 'd.txt': 'd\n' })
    developerGit(folder, 'add', '.')
    const { commit } = await importOf(repository, folder)
    expect(Object.keys(await contentOf(repository, commit))).toEqual(['a.txt', 'd.txt', 'src/b.txt', 'src/c.sh'])
  })

  test('does not stumble over an index that another one holds or broke', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    await importOf(repository, folder)
    const index = execFileSync('find', [join(repository.folder, 'sluice-kept'), '-name', 'index'], {
      encoding: 'utf8',
    }).trim()
    writeFiles(index, {})
    writeFiles(join(index, '..'), { 'index.lock': '' })
    writeFiles(folder, { 'a.txt': 'locked\n' })
    expect((await contentOf(repository, (await importOf(repository, folder)).commit))['a.txt']).toBe('locked\n')
    rmSync(`${index}.lock`)
    writeFiles(join(index, '..'), { index: 'broken' })
    writeFiles(folder, { 'a.txt': 'mended\n' })
    expect((await contentOf(repository, (await importOf(repository, folder)).commit))['a.txt']).toBe('mended\n')
  })
})

describe('reading a file of the commit', () => {
  test.each([
    ['from the folder', 'a\n', 'a\n'],
    ['from the commit, when the folder has another one by now', 'later\n', 'a\n'],
  ])('%s', async (_, now, read) => {
    const [repository, folder] = [await newRepository(), checkout()]
    const { commit, files } = await importOf(repository, folder)
    writeFiles(folder, { 'a.txt': now })
    const tree = new GitSourceTree(repository, commit, { folder, files: files ?? [] })
    expect([await tree.read('a.txt'), await tree.read('none')]).toEqual([read, null])
  })
})

describe('checking out', () => {
  const gitIn = (folder: string, ...args: string[]): string => developerGit(folder, ...args)

  test.each([
    ['with borrowed objects', true],
    ['with objects of its own', false],
  ])('gives files, links, modes and a clean repository, %s', async (_, isBorrowed) => {
    const [repository, folder] = [await newRepository(), checkout()]
    symlinkSync('a.txt', join(folder, 'link'))
    chmodSync(join(folder, 'src/c.sh'), 0o700)
    writeFiles(folder, { 'a.txt': 'edited\n' })
    gitIn(folder, 'add', 'link')
    const { commit, files } = await importOf(repository, folder, { borrow: isBorrowed })
    const to = join(scratchFolder(), 'out')
    const objectsSeenAt = await repository.borrowedObjects()
    expect(objectsSeenAt !== null).toBe(isBorrowed)
    const origin = files === null ? null : { folder, files }
    await repository.checkOut({ commit, branch: 'topic/x', to, origin, owner: null, objectsSeenAt })
    expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('edited\n')
    expect(readlinkSync(join(to, 'link'))).toBe('a.txt')
    expect(lstatSync(join(to, 'src/c.sh')).mode & 0o777).toBe(0o755)
    expect(gitIn(to, 'rev-parse', 'HEAD')).toBe(commit)
    expect(gitIn(to, 'status', '--porcelain', '--branch')).toBe('## topic/x')
    expect(gitIn(to, 'show', 'HEAD:a.txt')).toBe('edited')
    expect(gitIn(to, 'log', '--oneline').split('\n')).toHaveLength(1)
    gitIn(to, 'fsck', '--connectivity-only')
  })

  test('takes a file from the commit when the folder has another one by now', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    const { commit, files } = await importOf(repository, folder)
    writeFiles(folder, { 'a.txt': 'later\n' })
    mkdirSync(join(folder, 'sub'))
    const to = join(scratchFolder(), 'out')
    const origin = { folder, files: files ?? [] }
    await repository.checkOut({ commit, branch: 'main', to, origin, owner: null, objectsSeenAt: null })
    expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('a\n')
    expect(gitIn(to, 'status', '--porcelain')).toBe('')
  })

  test('of a commit of the checkout itself has its history', async () => {
    const [repository, folder] = [await newRepository(), checkout()]
    writeFiles(folder, { 'a.txt': 'second\n' })
    gitIn(folder, 'commit', '-qam', 'second')
    const { files } = await importOf(repository, folder)
    const to = join(scratchFolder(), 'out')
    const commit = gitIn(folder, 'rev-parse', 'HEAD')
    const objectsSeenAt = await repository.borrowedObjects()
    const origin = { folder, files: files ?? [] }
    await repository.checkOut({ commit, branch: 'main', to, origin, owner: null, objectsSeenAt })
    expect(gitIn(to, 'log', '--format=%s').split('\n')).toEqual(['second', 'first'])
  })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['something else', Buffer.from('not an index, but long enough to be one')],
  ['a cut index', Buffer.concat([Buffer.from('DIRC'), Buffer.from([0, 0, 0, 2, 0, 0, 0, 9]), Buffer.alloc(40)])],
])('an index that is %s is not read', (_, bytes) => {
  expect(readIndex(bytes)).toBeNull()
})
