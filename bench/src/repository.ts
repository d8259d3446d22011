import { execFile } from 'node:child_process'
import { cp, mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Files by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** An hour ago: Git looks again at the content of files that are as new as its index. */
const writtenAt = new Date(Date.now() - 3_600_000)

/** Makes the same checkout twice, of one commit each, as each tool keeps its state in it. */
export async function makeCheckouts(folder: string, files: Files): Promise<{ ours: string; peer: string }> {
  const ours = join(folder, 'ours', 'project')
  for (const [path, content] of Object.entries(files)) {
    const place = join(ours, path)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, content)
    await utimes(place, writtenAt, writtenAt)
  }
  const git = async (...args: string[]): Promise<unknown> => run('git', args, { cwd: ours, maxBuffer: 1 << 26 })
  await git('init', '--quiet', '--initial-branch=main')
  // Else the commit of many files starts a tidying of its own, which goes on while things are measured.
  await git('config', 'gc.auto', '0')
  await git('add', '--all')
  await git('-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '--message=bench')
  const peer = join(folder, 'peer', 'project')
  await cp(ours, peer, { recursive: true, preserveTimestamps: true })
  await run('git', ['update-index', '--refresh'], { cwd: peer })
  return { ours, peer }
}
