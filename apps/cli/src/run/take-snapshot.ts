import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const limitMs = 120_000

/**
 * Writes a commit of a repository of ours into a new folder, as a checkout with a history of one commit: jobs ask Git
 * about it. No setting of the machine or the user, and no hook, takes part.
 */
export async function takeSnapshot(repository: string, branch: string, folder: string): Promise<void> {
  const env = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  }
  const settings = ['-c', 'safe.directory=*', '-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false']
  const options = ['--quiet', '--no-local', '--depth=1', '--no-tags', '--template=', '--branch', branch]
  const run = promisify(execFile)
  await run('git', [...settings, 'clone', ...options, '--', repository, folder], { env, timeout: limitMs })
  await run('git', [...settings, '-C', folder, 'remote', 'remove', 'origin'], { env, timeout: limitMs })
}
