import { lchown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileOwner } from './extract-files.ts'

/** Gives a still folder and all below to an owner, links themselves and not what they lead to. */
export async function giveFolder(folder: string, owner: NonNullable<FileOwner>): Promise<void> {
  await lchown(folder, owner.uid, owner.gid)
  for (const child of await readdir(folder, { withFileTypes: true })) {
    const place = join(folder, child.name)
    if (child.isDirectory()) await giveFolder(place, owner)
    else await lchown(place, owner.uid, owner.gid)
  }
}
