import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { listeningProcess } from '../processes/listening-process.ts'

/** @throws SluiceError CLI_PLATFORM_UNSUPPORTED */
export function checkPlatform(platform = process.platform, arch: string = process.arch): void {
  if (['linux-x64', 'linux-arm64'].includes(`${platform}-${arch}`)) return
  throw new SluiceError<CliErrorCode>(
    'CLI_PLATFORM_UNSUPPORTED',
    `Cannot start on ${platform}-${arch}: wanted Linux (x64, arm64)`,
  )
}

/** @throws SluiceError GIT_MISSING */
export async function checkGit(): Promise<void> {
  try {
    await promisify(execFile)('git', ['--version'])
  } catch (error) {
    throw new SluiceError(
      'GIT_MISSING',
      'Cannot start: the program git is not in PATH; install it, e.g. "apt-get install git"',
      { cause: error },
    )
  }
}

/**
 * @param purpose what listens on it, for the message
 * @throws SluiceError CLI_PORT_BUSY with the process that listens there, where it may be known
 */
export async function checkPort(port: number, purpose: string): Promise<void> {
  const failure = await tryToListen(port)
  if (failure === null) return
  if (failure.code === 'EACCES') throw busy(port, purpose, 'this user may not listen on it')
  const holder = await listeningProcess(port)
  throw busy(
    port,
    purpose,
    holder === null ? 'another process listens on it' : `process ${holder.pid} (${holder.name}) listens on it`,
  )
}

function busy(port: number, purpose: string, reason: string): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_PORT_BUSY',
    `Cannot use port ${port} for ${purpose}: ${reason}; end it, or choose other ports with --port`,
  )
}

function tryToListen(port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })
}
