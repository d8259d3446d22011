import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { LogListener } from './listener.ts'

/** AuthenticationOk and ReadyForQuery (PostgreSQL, "Message Formats"). */
const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])

test('a connection that breaks before it listens is not tried again behind the back of who opened it', async () => {
  let opened = 0
  const server = createServer((socket) => {
    socket.once('data', () => {
      opened += 1
      socket.write(welcome)
      socket.once('data', () => socket.destroy())
    })
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const listener = new LogListener(`postgres://x:y@127.0.0.1:${port}/x`)
  await expect(listener.open()).rejects.toThrow()
  // Who opens again at once has done so before all of these.
  for (let other = 0; other < 10; other += 1) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
  }
  await listener.close()
  server.close()
  await once(server, 'close')
  expect(opened).toBe(1)
})
