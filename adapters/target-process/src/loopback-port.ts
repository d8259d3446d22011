import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

async function probe(port: number): Promise<number | null> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const { port: taken } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    return taken
  } catch {
    return null
  }
}

/** A free loopback port: the preferred one where it is free. */
export async function freePort(preferred: number | null): Promise<number> {
  const kept = preferred === null ? null : await probe(preferred)
  return kept ?? (await probe(0)) ?? 0
}
