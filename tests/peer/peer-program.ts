import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(import.meta.resolve('gitlab-ci-local'))
const run = promisify(execFile)

/** What it lacks here: it wants rsync and Git; `null` for nothing. */
export function peerLacks(): string | null {
  for (const tool of ['git', 'rsync'])
    if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0) return `${tool} is not here`
  return null
}

/** What its user would see: its output, and whether it took the pipeline. */
export interface PeerAnswer {
  isTaken: boolean
  /** It was stopped before it had answered, or ended well without a word, as it does on a busy machine. */
  isMissing: boolean
  output: string
  errors: string
}

/**
 * Asks gitlab-ci-local, as a program of its own: with nothing of this process's environment, a home where nothing lies,
 * and half a minute.
 * @param folder a Git repository of one commit
 */
export async function askPeer(folder: string, home: string, args: readonly string[]): Promise<PeerAnswer> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1' }
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      timeout: 30_000,
      // It takes a milder one for an end of its own, with status 0.
      killSignal: 'SIGKILL',
      maxBuffer: 16_777_216,
    })
    return { isTaken: true, isMissing: stdout === '', output: stdout, errors: stderr }
  } catch (error) {
    const { stdout = '', stderr = '', killed = false } = error as { stdout?: string; stderr?: string; killed?: boolean }
    return { isTaken: false, isMissing: killed, output: stdout, errors: stderr }
  }
}

/** Makes a folder a Git repository with one commit of all that is in it, on `main`. */
export async function commitAll(folder: string): Promise<void> {
  const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all', '--force'],
    [...person, 'commit', '--quiet', '--message=all'],
  ])
    await run('git', args, { cwd: folder })
}
