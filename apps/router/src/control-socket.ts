import { once } from 'node:events'
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { SluiceError } from '@sluice/kernel'

/**
 * Listens on a Unix socket that only this user reaches: the folder has mode 0700, the socket 0600. A socket that
 * nobody answers on is left over from a router that was killed, and is removed.
 * @throws SluiceError `ROUTER_ALREADY_RUNS`
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  if (await somebodyAnswers(path)) {
    throw new SluiceError('ROUTER_ALREADY_RUNS', `Cannot start the router: another one answers on "${path}"`)
  }
  await rm(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, 0o600)
}

async function somebodyAnswers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
