import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { BoundPath, Isolation, Layers } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'

const readyLimitMs = 20_000

/**
 * Lets `use` read a writable folder together with its layers, as the job sees it. The mount is another process's, so
 * nothing of it is left on the machine whatever happens to this one.
 * @throws SluiceError `EXECUTOR_LAYERS`
 */
export async function withFolderView<T>(
  isolation: Isolation,
  path: BoundPath & { layers: Layers },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const command = isolation.view?.(path)
  if (command === undefined) throw layersRefused('this isolation has none')
  const { file, args, env, cwd } = command
  const child = spawn(file, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').catch(() => undefined)
  try {
    await untilReady(child)
    return await use(`/proc/${child.pid}/cwd`)
  } finally {
    child.stdin.end()
    await ended
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  let fault = ''
  child.stderr?.on('data', (chunk: Buffer) => (fault += chunk.toString('utf8').slice(0, 1000)))
  const limit = setTimeout(() => child.kill('SIGKILL'), readyLimitMs)
  try {
    const failed = once(child, 'exit').then(() => {
      throw layersRefused(fault.trim().replace(/^sluice-sandbox: /, ''))
    })
    await Promise.race([once(child.stdout ?? child, 'data'), failed])
    failed.catch(() => undefined)
  } finally {
    clearTimeout(limit)
  }
}

function layersRefused(fault: string): SluiceError {
  return new SluiceError('EXECUTOR_LAYERS', `Cannot see the workspace with its layers: ${fault || 'the helper ended'}`)
}
