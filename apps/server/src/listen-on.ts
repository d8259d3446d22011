import { chmod, rm } from 'node:fs/promises'
import type { HttpApi } from '@sluice/http-api'
import { SluiceError } from '@sluice/kernel'
import type { ServerConfig } from './config.ts'

/**
 * Opens both doors: TCP on loopback for browsers and runners, and the socket that only this user can open.
 * @returns the address of the first
 * @throws SluiceError SERVER_PORT_BUSY
 */
export async function listenOn(api: HttpApi, config: ServerConfig, socketPath: string): Promise<string> {
  const port = await api.listen(config.host, config.port).catch((cause: unknown) => {
    if (!isBusy(cause)) throw cause
    throw new SluiceError(
      'SERVER_PORT_BUSY',
      `Cannot listen on ${config.host}:${config.port}: another program has that port; choose another with --port`,
      { cause },
    )
  })
  // A socket of an earlier process that was killed; two servers on one data folder are kept apart by the supervisor's lock.
  await rm(socketPath, { force: true })
  await api.listenLocally(socketPath)
  await chmod(socketPath, 0o600)
  return `http://${config.host}:${port}`
}

const isBusy = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
