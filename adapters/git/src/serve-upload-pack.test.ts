import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { fixedClock } from '@sluice/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { scratchFolder, writeFiles } from '../testing/scratch.ts'
import { GitRepository } from './git-repository.ts'
import { serveUploadPack, uploadPackMediaType } from './serve-upload-pack.ts'

const run = promisify(execFile)

async function repositoryWith(files: Record<string, string>): Promise<{ repository: GitRepository; commit: string }> {
  const repository = await GitRepository.openOrCreate(join(scratchFolder(), 'card.git'))
  const folder = writeFiles(scratchFolder(), files)
  const { commit } = await repository.importFolder({ folder, branch: 'main', clock: fixedClock(1_800_000_000_000) })
  return { repository, commit }
}

async function serve(repository: GitRepository): Promise<string> {
  const server = createServer((request, response) => void answer(repository, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/card.git`
}

async function answer(repository: GitRepository, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://x')
  const advertise = request.method === 'GET'
  const service = url.searchParams.get('service') ?? url.pathname.split('/').at(-1) ?? ''
  if (service !== 'git-upload-pack') return void response.writeHead(403).end()
  response.writeHead(200, { 'content-type': uploadPackMediaType(advertise) })
  const protocol = request.headers['git-protocol']
  const encoding = request.headers['content-encoding']
  await serveUploadPack(
    repository,
    {
      service,
      advertise,
      ...(typeof protocol === 'string' ? { protocol } : {}),
      ...(encoding === undefined ? {} : { contentEncoding: encoding }),
      body: request,
    },
    response,
  )
}

const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

test.each(['0', '2'])('a job clones by protocol version %s', async (version) => {
  const { repository } = await repositoryWith({ 'a.txt': 'hello\n' })
  const clone = join(scratchFolder(), 'clone')
  await run('git', ['-c', `protocol.version=${version}`, 'clone', '-q', await serve(repository), clone], { env })
  expect(readFileSync(join(clone, 'a.txt'), 'utf8')).toBe('hello\n')
})

test.each(['0', '2'])('a job fetches one commit by its name, depth 1, version %s', async (version) => {
  const { repository, commit } = await repositoryWith({ 'a.txt': 'hello\n' })
  const folder = scratchFolder()
  await run('git', ['init', '-q'], { cwd: folder, env })
  const url = await serve(repository)
  await run('git', ['-c', `protocol.version=${version}`, 'fetch', '-q', '--depth=1', url, commit], { cwd: folder, env })
  await run('git', ['checkout', '-q', commit], { cwd: folder, env })
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('hello\n')
})

test('a push finds no way in', async () => {
  const { repository } = await repositoryWith({ a: 'a' })
  const url = await serve(repository)
  const clone = join(scratchFolder(), 'clone')
  await run('git', ['clone', '-q', url, clone], { env })
  await expect(run('git', ['push', '-q', url, 'HEAD:refs/heads/x'], { cwd: clone, env })).rejects.toThrow('403')
  await expect(
    serveUploadPack(repository, { service: 'git-receive-pack', advertise: true }, new PassThrough()),
  ).rejects.toMatchObject({ code: 'GIT_REF_REFUSED' })
})

test('a gzipped request body is unpacked', async () => {
  const { repository, commit } = await repositoryWith({ a: 'a' })
  const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
  const body = gzipSync(`${line(`want ${commit}\n`)}0000${line('done\n')}`)
  const response = new PassThrough()
  const request = { service: 'git-upload-pack', advertise: false, contentEncoding: 'gzip', body: Readable.from([body]) }
  const [bytes] = await Promise.all([response.toArray(), serveUploadPack(repository, request, response)])
  expect(Buffer.concat(bytes as Buffer[]).toString('latin1')).toContain('PACK')
})

test('a request that is no request ends with what git says', async () => {
  const { repository } = await repositoryWith({ a: 'a' })
  const request = { service: 'git-upload-pack', advertise: false, body: Readable.from([Buffer.from('zzzznonsense')]) }
  const response = new PassThrough().resume()
  await expect(serveUploadPack(repository, request, response)).rejects.toMatchObject({ code: 'GIT_FETCH_FAILED' })
})
