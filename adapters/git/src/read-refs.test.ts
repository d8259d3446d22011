import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { readHead } from './read-head.ts'
import { readRefs } from './read-refs.ts'
import { findSurroundingCheckout, type SurroundingCheckout } from './surrounding-checkout.ts'

const folders = ['refs/heads', 'refs/remotes/origin']

function checkout(...init: string[]): string {
  const folder = realpathSync(writeFiles(scratchFolder(), { 'a.txt': 'a\n' }))
  developerGit(folder, 'init', '-q', ...init)
  developerGit(folder, 'add', '.')
  developerGit(folder, 'commit', '-qm', 'first')
  developerGit(folder, 'branch', 'topic/one')
  developerGit(folder, 'update-ref', 'refs/remotes/origin/trunk', 'HEAD')
  developerGit(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk')
  return folder
}

const around = async (folder: string): Promise<SurroundingCheckout> =>
  (await findSurroundingCheckout(folder)) as SurroundingCheckout

function asGitSays(folder: string): unknown[] {
  const format = '--format=%(refname) %(objectname) %(symref)'
  const lines = developerGit(folder, 'for-each-ref', format, ...folders).split('\n')
  return lines.map((line) => {
    const [name, commit, target = ''] = line.split(' ')
    return { name, commit, target }
  })
}

test.each<[string, (folder: string) => string]>([
  ['in files of their own', (folder) => folder],
  ['packed', (folder) => (developerGit(folder, 'pack-refs', '--all'), folder)],
  [
    'packed, and one changed since',
    (folder) => {
      developerGit(folder, 'pack-refs', '--all')
      developerGit(folder, 'commit', '-q', '--allow-empty', '-m', 'second')
      return folder
    },
  ],
  [
    'of a linked worktree',
    (folder) => {
      const linked = join(scratchFolder(), 'linked')
      developerGit(folder, 'worktree', 'add', '-q', '-b', 'linked', linked)
      return linked
    },
  ],
  [
    'after a branch was taken away, whose folder stays empty',
    (folder) => {
      developerGit(folder, 'branch', '-q', '-D', 'topic/one')
      mkdirSync(join(folder, '.git/refs/heads/topic'), { recursive: true })
      return folder
    },
  ],
])('refs and HEAD are read as git reads them: %s', async (_, change) => {
  const folder = change(checkout())
  const refs = await readRefs(await around(folder), folders)
  expect(refs).toHaveLength(asGitSays(folder).length)
  expect(refs).toEqual(expect.arrayContaining(asGitSays(folder)))
  const head = await readHead(await around(folder), null)
  expect([head?.commit, head?.parents.join(' '), head?.committedAt]).toEqual([
    developerGit(folder, 'rev-parse', 'HEAD'),
    developerGit(folder, 'log', '-1', '--format=%P'),
    Number(developerGit(folder, 'log', '-1', '--format=%ct')) * 1000,
  ])
})

test('HEAD is read from a pack as well, and remembered while it stays', async () => {
  const folder = checkout()
  developerGit(folder, 'repack', '-adq')
  developerGit(folder, 'prune-packed')
  const own = scratchFolder()
  const head = await readHead(await around(folder), own)
  expect(head?.commit).toBe(developerGit(folder, 'rev-parse', 'HEAD'))
  expect(await readHead({ ...(await around(folder)), gitDir: join(folder, '.git') }, own)).toEqual(head)
  developerGit(folder, 'commit', '-q', '--allow-empty', '-m', 'second')
  expect((await readHead(await around(folder), own))?.parents).toEqual([head?.commit])
})

test('a checkout of SHA-256 is read too', async () => {
  const folder = checkout('--object-format=sha256')
  expect(await readRefs(await around(folder), folders)).toEqual(expect.arrayContaining(asGitSays(folder)))
  expect((await readHead(await around(folder), null))?.commit).toBe(developerGit(folder, 'rev-parse', 'HEAD'))
})

test('refs that are kept in another way are left to git', async () => {
  const folder = checkout()
  mkdirSync(join(folder, '.git', 'reftable'))
  expect(await readRefs(await around(folder), folders)).toBeNull()
})
