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
  output: string
  errors: string
}

/**
 * Asks gitlab-ci-local, as a program of its own: with nothing of this process's environment, and a home where nothing lies.
 * On a busy machine it sometimes ends well without a word, so it is asked up to three times.
 * @param folder a Git repository of one commit
 * @throws Error where it gives no answer
 */
export async function askPeer(folder: string, home: string, args: readonly string[]): Promise<PeerAnswer> {
  for (let times = 0; times < 3; times++) {
    const answer = await askOnce(folder, home, args)
    if (answer !== null) return answer
  }
  throw new Error(`gitlab-ci-local ${args.join(' ')} gave no answer in ${folder}, three times`)
}

/** `null` where it was stopped after a minute, or said nothing. */
async function askOnce(folder: string, home: string, args: readonly string[]): Promise<PeerAnswer | null> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1' }
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      timeout: 60_000,
      // It takes a milder one for an end of its own, with status 0.
      killSignal: 'SIGKILL',
      maxBuffer: 16_777_216,
    })
    return stdout === '' ? null : { isTaken: true, output: stdout, errors: stderr }
  } catch (error) {
    const { stdout = '', stderr = '', killed = false } = error as { stdout?: string; stderr?: string; killed?: boolean }
    return killed ? null : { isTaken: false, output: stdout, errors: stderr }
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
