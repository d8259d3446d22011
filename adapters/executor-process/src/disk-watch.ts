import { statfs } from 'node:fs/promises'

/** What is left of a disk. */
export interface DiskRoom {
  freeBytes: number
  /** No file can be made, however much room there is. */
  isOutOfFiles: boolean
}

/** Less than this is as good as nothing: PostgreSQL's log grows by so much at once. */
const leastFreeBytes = 16 * 1024 ** 2

/**
 * The disk of a folder, looked at now and then: what fails on a full disk takes its files away when it ends, so that the
 * disk has room again by the time that somebody asks for the cause.
 */
export class DiskWatch {
  /** Whether hardly anything could be written at one of the looks. */
  wasFull = false
  readonly #folder: string
  readonly #room: (folder: string) => Promise<DiskRoom>

  constructor(folder: string, room = roomOn) {
    this.#folder = folder
    this.#room = room
  }

  /** Never rejects: of a disk that cannot be asked nothing is known. @returns whether hardly anything can be written now */
  async look(): Promise<boolean> {
    const room = await this.#room(this.#folder).catch(() => null)
    const isFull = room !== null && (room.freeBytes < leastFreeBytes || room.isOutOfFiles)
    this.wasFull ||= isFull
    return isFull
  }
}

async function roomOn(folder: string): Promise<DiskRoom> {
  const { bavail, bsize, files, ffree } = await statfs(folder)
  return { freeBytes: bavail * bsize, isOutOfFiles: files > 0 && ffree === 0 }
}
