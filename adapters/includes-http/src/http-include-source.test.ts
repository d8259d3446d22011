import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { FarSource, IncludeAnswer } from '@sluice/pipeline'
import { textSourceCases } from '@sluice/pipeline/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HttpIncludeSource } from './http-include-source.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const remote = (url: string): FarSource => ({
  kind: 'remote',
  key: url,
  url,
  integrity: null,
  cacheMs: null,
  place: null,
})
const template = (name: string): FarSource => ({ kind: 'template', key: name, name, place: null })

const faultOf = (answer: IncludeAnswer): string => (answer.kind === 'missing' ? answer.fault : `is ${answer.kind}`)

const listener: RequestListener = (request, response) => {
  const path = request.url ?? ''
  if (path === '/a.yml') response.end('a: {}\n')
  else if (path === '/mark.yml') response.end('\ufeffa: 你好\n')
  else if (path === '/hop.yml') response.writeHead(302, { location: '/a.yml' }).end()
  else if (path === '/round.yml') response.writeHead(302, { location: '/round.yml' }).end()
  else if (path === '/away.yml') response.writeHead(302, { location: 'http://example.com/a.yml' }).end()
  else if (path === '/file.yml') response.writeHead(302, { location: 'file:///etc/hostname' }).end()
  else if (path === '/nowhere.yml') response.writeHead(302, { location: 'https://[' }).end()
  else if (path === '/bytes.yml') response.end(Buffer.from([0xff, 0xfe, 0x00]))
  else if (path === '/bomb.yml')
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(4_000_000)))
  else if (path === '/slow.yml') response.write('a:')
  else if (path === '/Jobs/Build.gitlab-ci.yml') response.end('build: {}\n')
  else response.writeHead(404).end('not here')
}

describe('HttpIncludeSource', () => {
  test.each(textSourceCases)('$name', async ({ files, check }) => {
    const base = await serve((request, response) => {
      const text = files[(request.url ?? '').slice(1)]
      if (text === undefined) response.writeHead(404).end()
      else response.end(text)
    })
    await expect(check(new HttpIncludeSource({ templates: base }), `${base}/`)).resolves.toBeUndefined()
  })

  test.each([
    ['/a.yml', 'a: {}\n'],
    ['/hop.yml', 'a: {}\n'],
    ['/mark.yml', '\ufeffa: 你好\n'],
  ])('reads %s', async (path, text) => {
    const base = await serve(listener)
    expect(await new HttpIncludeSource().read(remote(`${base}${path}`))).toEqual({ kind: 'text', text })
  })

  test('reads a template below its folder, and says where it looked for one that is not there', async () => {
    const base = await serve(listener)
    const source = new HttpIncludeSource({ templates: base })
    expect(await source.read(template('Jobs/Build.gitlab-ci.yml'))).toEqual({ kind: 'text', text: 'build: {}\n' })
    const none = await source.read(template('None.gitlab-ci.yml'))
    expect(faultOf(none)).toBe(`the server answers 404 (templates: ${base}/)`)
  })

  test.each([
    ['/none.yml', 'the server answers 404'],
    ['/round.yml', 'it is sent on more than 5 times'],
    ['/away.yml', 'it is sent on to a place where the address is not https; plain http is for this machine alone'],
    ['/file.yml', 'it is sent on to a place where the address is not https; plain http is for this machine alone'],
    ['/nowhere.yml', 'it is sent on to a place where the address cannot be read'],
    ['/bytes.yml', 'the file is no UTF-8; wanted text'],
    ['/bomb.yml', 'the file has more than 1048576 bytes'],
  ])('says what is wrong with %s', async (path, fault) => {
    const base = await serve(listener)
    expect(faultOf(await new HttpIncludeSource().read(remote(`${base}${path}`)))).toBe(fault)
  })

  test('ends a server that goes on for ever', async () => {
    const base = await serve(listener)
    const source = new HttpIncludeSource({ limits: { timeoutMs: 200 } })
    expect(faultOf(await source.read(remote(`${base}/slow.yml`)))).toBe('the server does not answer within 0.2 s')
  })

  test.each([
    ['http://example.com/a.yml', /not https/],
    ['https://ada:secret@example.com/a.yml', /a user or a password/],
    ['nonsense', /cannot be read/],
    ['http://127.0.0.1:1/a.yml', /the server cannot be reached: (ECONNREFUSED|.*bad port.*|Error)/],
  ])('%s is an answer with a reason', async (url, fault) => {
    const answer = faultOf(await new HttpIncludeSource().read(remote(url)))
    expect(answer).toMatch(fault)
    expect(answer).not.toContain('secret')
  })
})
