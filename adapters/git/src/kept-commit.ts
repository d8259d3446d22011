import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitInfo } from './commit-info.ts'
import { writeWhole } from './write-whole.ts'

const fileOf = (gitDir: string, branch: string): string =>
  join(gitDir, 'sluice-kept', `commit-${createHash('sha256').update(branch).digest('hex').slice(0, 32)}.json`)

/** The commit that a branch of a repository of ours stood at last, if it still does. */
export async function readKeptCommit(gitDir: string, branch: string): Promise<CommitInfo | null> {
  try {
    const info = JSON.parse(await readFile(fileOf(gitDir, branch), 'utf8')) as CommitInfo
    const tip = (await readFile(join(gitDir, 'refs', 'heads', branch), 'utf8')).trim()
    return tip === info.commit ? info : null
  } catch {
    return null // Not kept, or the branch lies elsewhere: git tells.
  }
}

export async function keepCommit(gitDir: string, branch: string, info: CommitInfo): Promise<void> {
  await mkdir(join(gitDir, 'sluice-kept'), { recursive: true, mode: 0o700 })
  await writeWhole(fileOf(gitDir, branch), JSON.stringify(info))
}
