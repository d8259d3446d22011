import { chmod, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Lets everybody read and write a still folder with all below; what can be run stays so. Follows no link. */
export async function openFolder(folder: string): Promise<void> {
  await chmod(folder, 0o777)
  for (const child of await readdir(folder, { withFileTypes: true })) {
    const place = join(folder, child.name)
    if (child.isDirectory()) await openFolder(place)
    else if (child.isFile()) await chmod(place, ((await lstat(place)).mode & 0o111) === 0 ? 0o666 : 0o777)
  }
}
