import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { Call } from '../src/exercise/calls.ts'
import { createSender, type Sender } from '../src/exercise/send.ts'

let server: Server
let sender: Sender
let asked: unknown[] = []
const sockets = new Set<unknown>()

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers, socket } = request
  sockets.add(socket)
  asked.push({ method, url, key: headers['idempotency-key'], type: headers['content-type'], body: await text(request) })
  if (url === '/broken') socket.destroy()
  else response.writeHead(201).end('{"ok":true}')
}

beforeAll(async () => {
  server = createServer((request, response) => void serve(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  sender = createSender(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), 1)
})
beforeEach(() => (asked = []))
afterAll(() => {
  sender.close()
  server.close()
})

const write: Call = { kind: 'open', method: 'POST', path: '/v1/accounts', key: 'key', body: { creditLimit: 1 } }
const look: Call = { kind: 'read', method: 'GET', path: '/health', key: null, body: null }

test('a write carries its key and its body as JSON, a read neither', async () => {
  expect(await sender.send(write)).toMatchObject({ status: 201, body: '{"ok":true}' })
  await sender.send(look)
  expect(asked).toEqual([
    { method: 'POST', url: '/v1/accounts', key: 'key', type: 'application/json', body: '{"creditLimit":1}' },
    { method: 'GET', url: '/health', key: undefined, type: undefined, body: '' },
  ])
  expect(sockets.size).toBe(1)
})

test('a connection that breaks is an outcome with status 0', async () => {
  expect(await sender.send({ ...look, path: '/broken' })).toMatchObject({ status: 0 })
})

test('a target that is not there is an outcome with status 0', async () => {
  const nowhere = createSender(new URL('http://127.0.0.1:1'), 1)
  expect(await nowhere.send(look)).toMatchObject({ status: 0 })
  nowhere.close()
})
