import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes a name in a folder durable: POSIX promises it only after the folder itself was synchronised. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes chunks to a new file, `durable`: on disk when it returns; removes it where the chunks break off. */
export async function writeNewFile(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { durable, onChunk }: { durable: boolean; onChunk: (chunk: Uint8Array) => void },
): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) {
      onChunk(chunk)
      let done = 0
      while (done < chunk.length) done += (await handle.write(chunk, done)).bytesWritten
    }
    if (durable) await handle.sync()
  } catch (cause) {
    await rm(path, { force: true })
    throw cause
  } finally {
    await handle.close()
  }
}

/** Gives a written file its final name. */
export async function publish(from: string, to: string, durable: boolean): Promise<void> {
  await rename(from, to)
  if (durable) await syncFolder(dirname(to))
}
