import { stat } from 'node:fs/promises'

/**
 * Whether a file that was found in `folder` was written for another one, which is still there: then `folder` is a copy
 * of it, and the processes that the file names belong to the original. One that was moved, or is reached by a link, is
 * the same folder.
 */
export async function isCopiedFrom(writtenFor: string | undefined, folder: string): Promise<boolean> {
  if (writtenFor === undefined || writtenFor === folder) return false
  const [original, own] = await Promise.all([writtenFor, folder].map((path) => stat(path).catch(() => null)))
  return original != null && own != null && (original.ino !== own.ino || original.dev !== own.dev)
}
