import { mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkTraceKey, traceRange, type TraceStore } from '@sluice/execution'

/**
 * Logs as files, one a key. Appends are written, not synchronised: after a power cut the end of a log may be missing,
 * and the runner sends it again from the size that is left. One process writes to a folder.
 */
export async function openFileTraceStore(folder: string): Promise<TraceStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pathOf = (key: string): string => join(folder, `${checkTraceKey(key)}.log`)
  const lastAppend = new Map<string, Promise<unknown>>()
  return {
    async append(key, offset, bytes) {
      const path = pathOf(key)
      const before = lastAppend.get(key) ?? Promise.resolve()
      const mine = before.catch(() => undefined).then(async () => appendTo(path, key, offset, bytes))
      lastAppend.set(key, mine)
      try {
        return await mine
      } finally {
        if (lastAppend.get(key) === mine) lastAppend.delete(key)
      }
    },
    read: async (key, offset, limit) => readFrom(pathOf(key), offset, limit),
    size: async (key) => sizeOf(pathOf(key)),
  }
}

async function appendTo(path: string, key: string, offset: number, bytes: Uint8Array): Promise<{ sizeBytes: number }> {
  const handle = await open(path, 'a', 0o600)
  try {
    const { size } = await handle.stat()
    if (size !== offset) throw traceRange(key, offset, size)
    await handle.appendFile(bytes)
    return { sizeBytes: size + bytes.length }
  } finally {
    await handle.close()
  }
}

async function readFrom(path: string, offset: number, limit: number): Promise<Uint8Array> {
  const size = await sizeOf(path)
  const length = Math.max(0, Math.min(limit, size - offset))
  if (length === 0) return new Uint8Array()
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw cause
  }
}
