import { readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a folder with all below, also where a job took the write permission off folders. No error if it is gone. */
export async function removeFolder(folder: string): Promise<void> {
  if (removeSmall(folder, { left: 64 })) return
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTEMPTY') throw cause
    // `rm` removes siblings at once and ends with the first failure: others may go while these are opened.
    await openFolders(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Removes a few files at once, as an empty workspace is: 0.1 ms, where a round through the threads for each takes 1 ms.
 * @returns `false` when there are more, or what is wrong is for the longer way to mend
 */
function removeSmall(folder: string, budget: { left: number }): boolean {
  try {
    for (const child of readdirSync(folder, { withFileTypes: true })) {
      const place = join(folder, child.name)
      if ((budget.left -= 1) < 0) return false
      if (!child.isDirectory()) unlinkSync(place)
      else if (!removeSmall(place, budget)) return false
    }
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

async function openFolders(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700)
    for (const child of await readdir(folder, { withFileTypes: true }))
      if (child.isDirectory()) await openFolders(join(folder, child.name))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}
