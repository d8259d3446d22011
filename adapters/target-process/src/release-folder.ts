/** Releases unpacked, each once, read-only, under the digest of its manifest. */
import { createHash } from 'node:crypto'
import { chmod, mkdir, open, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  checkArtifactPath,
  linkMode,
  linkStaysInside,
  manifestDigest,
  type ArtifactEntry,
  type ArtifactManifest,
  type BlobStore,
} from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'

/** Where releases come from. */
export interface ReleaseSource {
  /** The manifest whose `manifestDigest` is this digest, or `null`. */
  manifest(releaseDigest: string): Promise<ArtifactManifest | null>
  blobs: Pick<BlobStore, 'get'>
}

const maxLinkBytes = 4096

export class ReleaseFolder {
  readonly #folder: string
  readonly #source: ReleaseSource
  readonly #unpacking = new Map<string, Promise<string>>()

  constructor(folder: string, source: ReleaseSource) {
    this.#folder = folder
    this.#source = source
  }

  /**
   * Path of the unpacked release. What is there was checked file by file when it was unpacked.
   * @throws SluiceError `TARGET_RELEASE_DAMAGED`
   */
  unpacked(releaseDigest: string): Promise<string> {
    const running = this.#unpacking.get(releaseDigest)
    if (running !== undefined) return running
    const started = this.#unpack(releaseDigest).finally(() => this.#unpacking.delete(releaseDigest))
    this.#unpacking.set(releaseDigest, started)
    return started
  }

  async #unpack(releaseDigest: string): Promise<string> {
    if (!/^sha256:[0-9a-f]{64}$/.test(releaseDigest)) throw damaged(releaseDigest, 'that is no digest')
    const path = join(this.#folder, releaseDigest.slice('sha256:'.length))
    if (await isFolder(path)) return path
    const manifest = await this.#source.manifest(releaseDigest)
    if (manifest === null) throw damaged(releaseDigest, 'its manifest is not there')
    if (manifestDigest(manifest) !== releaseDigest) throw damaged(releaseDigest, 'its manifest has another digest')
    const temporary = `${path}.${process.pid}.new`
    await removeTree(temporary)
    await mkdir(temporary, { recursive: true, mode: 0o755 })
    for (const entry of manifest.entries) await this.#write(releaseDigest, temporary, entry)
    await closeFolders(temporary)
    await rename(temporary, path)
    return path
  }

  async #write(releaseDigest: string, root: string, entry: ArtifactEntry): Promise<void> {
    const path = join(root, checkArtifactPath(entry.path))
    const content = await this.#source.blobs.get(entry.digest)
    if (content === null) throw damaged(releaseDigest, `file "${entry.path}" is not there`)
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    const written =
      entry.mode === linkMode ? await writeLink(path, entry, content) : await writeFile(path, entry, content)
    if (!written) throw damaged(releaseDigest, `file "${entry.path}" is not what its digest ${entry.digest} says`)
  }
}

/**
 * Whether size and digest were right, of what was read and so of what lies on the disk: all of it is written, or
 * this throws.
 */
async function writeFile(path: string, entry: ArtifactEntry, content: AsyncIterable<Uint8Array>): Promise<boolean> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  await using file = await open(path, 'wx', 0o600)
  for await (const chunk of content) {
    sizeBytes += chunk.length
    if (sizeBytes > entry.sizeBytes) return false
    hash.update(chunk)
    // `write` may take a part only, and says so in a number.
    await file.writeFile(chunk)
  }
  await file.sync()
  if ((await file.stat()).size !== sizeBytes) return false
  // Readable for the service's own user, writable for nobody.
  await file.chmod((entry.mode & 0o111) === 0 ? 0o444 : 0o555)
  return sizeBytes === entry.sizeBytes && `sha256:${hash.digest('hex')}` === entry.digest
}

async function writeLink(path: string, entry: ArtifactEntry, content: AsyncIterable<Uint8Array>): Promise<boolean> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of content) {
    sizeBytes += chunk.length
    if (sizeBytes > maxLinkBytes) return false
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const right = `sha256:${createHash('sha256').update(bytes).digest('hex')}` === entry.digest
  const target = bytes.toString('utf8')
  if (!right || !linkStaysInside(entry.path, target)) return false
  await symlink(target, path)
  return true
}

async function closeFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await closeFolders(join(folder, entry.name))
  }
  await chmod(folder, 0o555)
}

/** Removes what an unpacking that was cut off left, closed folders too. */
async function removeTree(folder: string): Promise<void> {
  if (!(await isFolder(folder))) return
  await openFolders(folder)
  await rm(folder, { recursive: true, force: true })
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name))
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

const damaged = (releaseDigest: string, why: string): SluiceError =>
  new SluiceError('TARGET_RELEASE_DAMAGED', `Cannot unpack release ${releaseDigest}: ${why}`)
