import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { includeSourceCases, type MemoryProject } from '@sluice/pipeline/testing'
import { fixedClock } from '@sluice/kernel'
import type { FarSource, IncludeAnswer } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitIncludeSource } from './git-include-source.ts'
import { serverAtBase, type ProjectServer } from './project-server.ts'

const wanted = (project: string, path: string, ref: string | null = null): FarSource => ({
  kind: 'project',
  key: path,
  project,
  ref,
  path,
  place: null,
})

const clock = fixedClock(1_700_000_000_000)

/** A repository whose refs hold just these files. */
function makeRepository(folder: string, refs: MemoryProject): void {
  writeFiles(folder, {})
  developerGit('/', 'init', '--quiet', folder)
  for (const [ref, files] of Object.entries(refs)) {
    developerGit(folder, 'checkout', '--quiet', '--orphan', 'next')
    developerGit(folder, 'rm', '-r', '-q', '--cached', '--ignore-unmatch', '.')
    developerGit(folder, 'clean', '-fdq')
    writeFiles(folder, files)
    developerGit(folder, 'add', '-A')
    developerGit(folder, 'commit', '--quiet', '--allow-empty', '-m', ref)
    const isTag = /^\d/.test(ref)
    developerGit(folder, ...(isTag ? ['tag', '-a', '-m', ref, ref] : ['branch', ref]))
    developerGit(folder, 'checkout', '--quiet', '--detach')
    developerGit(folder, 'branch', '-D', '-q', 'next')
  }
  developerGit(folder, 'symbolic-ref', 'HEAD', 'refs/heads/main')
}

function serverOf(folder: string): ProjectServer {
  const server = serverAtBase(folder)
  if (server === null) throw new Error('no server')
  return server
}

function sourceOver(projects: Readonly<Record<string, MemoryProject>>, limits = {}): GitIncludeSource {
  const root = scratchFolder()
  for (const [path, refs] of Object.entries(projects)) makeRepository(join(root, path), refs)
  return new GitIncludeSource({ folder: scratchFolder(), server: serverOf(root), clock, limits })
}

function faultOf(answer: IncludeAnswer): string {
  return answer.kind === 'missing' ? answer.fault : ''
}

describe('GitIncludeSource', () => {
  test.each(includeSourceCases)('$name', async ({ elsewhere, check }) => {
    await expect(check(sourceOver(elsewhere.projects), 'localhost')).resolves.toBeUndefined()
  })

  test('fetches only the files that are asked for, where the server can do that', async () => {
    const root = scratchFolder()
    const files = { 'ci.yml': 'a: {}\n', 'big.bin': 'x'.repeat(100_000) }
    makeRepository(join(root, 'group/ci'), { main: files })
    developerGit(join(root, 'group/ci'), 'config', 'uploadpack.allowFilter', 'true')
    const folder = scratchFolder()
    const source = new GitIncludeSource({ folder, server: { ...serverOf(root), base: `file://${root}/` }, clock })
    expect(await source.read(wanted('group/ci', 'ci.yml'))).toMatchObject({ kind: 'text', text: 'a: {}\n' })
    const [repository = ''] = readdirSync(folder)
    const objects = developerGit(
      join(folder, repository),
      'cat-file',
      '--batch-all-objects',
      '--batch-check=%(objecttype)',
    )
    expect(objects.split('\n').toSorted()).toEqual(['blob', 'commit', 'tree'])
  })

  test('what was fetched once is read without the server when a full commit is named', async () => {
    const root = scratchFolder()
    makeRepository(join(root, 'group/ci'), { main: { 'ci.yml': 'a: {}\n' } })
    const commit = developerGit(join(root, 'group/ci'), 'rev-parse', 'main')
    const folder = scratchFolder()
    const online = new GitIncludeSource({ folder, server: serverOf(root), clock })
    await online.read(wanted('group/ci', 'ci.yml', commit))
    rmSync(join(root, 'group'), { recursive: true })
    const offline = new GitIncludeSource({ folder, server: serverOf(root), clock })
    expect(await offline.read(wanted('group/ci', 'ci.yml', commit))).toMatchObject({ kind: 'text', commit })
  })

  test('refs that are fresh are not asked for again, older ones are', async () => {
    const root = scratchFolder()
    makeRepository(join(root, 'group/ci'), { main: { 'ci.yml': 'a: {}\n' } })
    const folder = scratchFolder()
    const read = async (now: number): Promise<IncludeAnswer> => {
      const limits = { refsFreshMs: 1000 }
      const source = new GitIncludeSource({ folder, server: serverOf(root), clock: fixedClock(now), limits })
      return source.read(wanted('group/ci', 'ci.yml'))
    }
    expect(await read(10_000)).toMatchObject({ text: 'a: {}\n' })
    writeFiles(join(root, 'group/ci'), { 'ci.yml': 'b: {}\n' })
    developerGit(join(root, 'group/ci'), 'checkout', '--quiet', '-B', 'main')
    developerGit(join(root, 'group/ci'), 'commit', '--quiet', '-am', 'next')
    expect(await read(10_999)).toMatchObject({ text: 'a: {}\n' })
    expect(await read(11_000)).toMatchObject({ text: 'b: {}\n' })
  })

  test('where nobody answers, refs of before count, with a warning', async () => {
    const root = scratchFolder()
    makeRepository(join(root, 'group/ci'), { main: { 'ci.yml': 'a: {}\n' } })
    const folder = scratchFolder()
    const server = serverOf(root)
    await new GitIncludeSource({ folder, server, clock }).read(wanted('group/ci', 'ci.yml'))
    const away = { ...server, protocol: 'https' } as const
    const answer = await new GitIncludeSource({ folder, server: away, clock }).read(wanted('group/ci', 'ci.yml'))
    const warning =
      'Project "group/ci" cannot be reached now: its branches and tags count as they were at 2023-11-14T22:13:20.000Z'
    expect(answer).toMatchObject({ kind: 'text', text: 'a: {}\n', warning })
  })

  test('a file of more than a mebibyte is an answer with a reason', async () => {
    const source = sourceOver({ 'group/ci': { main: { 'big.yml': 'x'.repeat(1_048_577) } } })
    expect(faultOf(await source.read(wanted('group/ci', 'big.yml')))).toMatch(/1048577 bytes; wanted 1048576 at most/)
  })

  test('a project that is too large to fetch is an answer with a reason', async () => {
    const noise = Array.from({ length: 60_000 }, (_, index) => `${(index * 2_654_435_761) % 4_294_967_296}`).join('\n')
    const source = sourceOver({ 'group/ci': { main: { 'ci.yml': noise } } }, { fetchBytes: 16_384 })
    expect(faultOf(await source.read(wanted('group/ci', 'ci.yml')))).toMatch(/more than 16384 bytes/)
  })

  test('a host that nobody answers for is an answer with a reason and without the credential', async () => {
    const server = {
      host: '127.0.0.1:1',
      base: 'http://127.0.0.1:1/',
      protocol: 'http',
      authorization: 'Basic c2VjcmV0',
    } as const
    const source = new GitIncludeSource({ folder: scratchFolder(), server, clock })
    const fault = faultOf(await source.read(wanted('group/ci', 'ci.yml')))
    expect(fault).toMatch(/project "group\/ci" on 127\.0\.0\.1:1 cannot be reached/)
    expect(fault).not.toContain('c2VjcmV0')
  })
})
