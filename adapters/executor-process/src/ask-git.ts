import type { Workspace } from '@sluice/execution'

const limitMs = 60_000
const outputLimitBytes = 64 * 1024 * 1024

/**
 * Asks the Git of the workspace something, as the job's user inside the sandbox: its repository is the job's, and may
 * say anything. No setting of the machine takes part.
 * @returns what it wrote, `null` when it failed, took over a minute or wrote more than 64 MiB
 */
export async function askGit(workspace: Workspace, args: readonly string[]): Promise<string | null> {
  const settings = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']
  const env = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
  // Standard output and error come as one stream: only the first is wanted.
  const command = ['/bin/sh', '-c', 'exec git "$@" 2>/dev/null', 'sh', ...settings, ...args]
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  const running = workspace.startCommand(command, { timeoutMs: limitMs, env }, (chunk) => {
    sizeBytes += chunk.length
    if (sizeBytes <= outputLimitBytes) chunks.push(chunk)
    else running.stop(0)
  })
  const { outcome } = await running.ended
  return outcome === 'success' && sizeBytes <= outputLimitBytes ? Buffer.concat(chunks).toString('utf8') : null
}
