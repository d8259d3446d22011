import { readdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { includeSourceCases, type MemoryProject } from '@sluice/pipeline/testing'
import { fixedClock } from '@sluice/kernel'
import type { FarSource, IncludeAnswer } from '@sluice/pipeline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitIncludeSource } from './git-include-source.ts'
import { GitRepository } from './git-repository.ts'
import { serverAtBase, withToken, type ProjectServer } from './project-server.ts'
import { serveUploadPack, uploadPackMediaType } from './serve-upload-pack.ts'

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

/** A server of one private project, which wants a token as GitLab does. @returns its address */
async function serveWithToken(repository: GitRepository, token: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}`
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname.startsWith('/moved/')) return void response.writeHead(301, { location: '/group/ci.git' }).end()
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end()
    const advertise = request.method === 'GET'
    const protocol = request.headers['git-protocol']
    response.writeHead(200, { 'content-type': uploadPackMediaType(advertise) })
    const further = typeof protocol === 'string' ? { protocol } : {}
    await serveUploadPack(repository, { service: 'git-upload-pack', advertise, body: request, ...further }, response)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
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

  test('a private project is read over HTTP with the token, and is not there without it', async () => {
    const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'ci.git'))
    const folder = writeFiles(scratchFolder(), { 'ci.yml': 'a: {}\n' })
    const { commit } = await repository.importFolder({ folder, branch: 'main', clock })
    const server = serverOf(await serveWithToken(repository, 's3cret'))
    const read = async (over: ProjectServer, project = 'group/ci'): Promise<IncludeAnswer> =>
      new GitIncludeSource({ folder: scratchFolder(), server: over, clock }).read(wanted(project, 'ci.yml'))
    expect(await read(withToken(server, 's3cret'))).toEqual({ kind: 'text', text: 'a: {}\n', commit })
    const refused =
      /there is no project "group\/ci" on 127\.0\.0\.1:\d+, or it cannot be read without other credentials/
    expect(faultOf(await read(server))).toMatch(refused)
    expect(faultOf(await read(withToken(server, 'wr0ng')))).toMatch(refused)
    expect(faultOf(await read(withToken(server, 's3cret'), 'moved/ci'))).not.toBe('')
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
