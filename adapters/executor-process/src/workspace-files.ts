import { mkdirSync, readdirSync } from 'node:fs'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  compileSelection,
  type ArtifactManifest,
  type BlobStore,
  type BoundPath,
  type CompiledSelection,
  type FileSelection,
  type Isolation,
  type Workspace,
  type WritablePath,
} from '@sluice/execution'
import { collectFiles } from './collect-files.ts'
import { copyFiles } from './copy-files.ts'
import { copyFolder } from './copy-folder.ts'
import { extractFiles } from './extract-files.ts'
import { withFolderView } from './folder-view.ts'
import { moveFiles, plainPaths } from './move-files.ts'
import { holdsSelected, selectPaths } from './select-paths.ts'

const everything = compileSelection({ paths: ['**'], exclude: [] })

/**
 * The files of one workspace: a writable folder, and the trees beneath it. Where layers work a tree costs one mount,
 * else it is copied. The card's node_modules (349 MB, 10,400 files, 2 busy cores): 10 to 25 s when each file was read,
 * hashed and written; 0.8 to 1.2 s as this copy on a quiet machine, 4 to 8 s on a busy one, nearly all of it the
 * kernel's; 2 ms as a layer (0.3 s with the trial, once a process). Saving it took 12 s and takes 0.5 to 0.9 s, as the
 * files of a workspace that has done its work can be moved, and 1 ms where nothing changed.
 */
export class WorkspaceFiles implements Pick<Workspace, 'begin' | 'collect' | 'extract' | 'underlay' | 'takeOut'> {
  readonly #isolation: Isolation
  readonly #folder: BoundPath
  readonly #work: string
  readonly #layersWork: () => Promise<boolean>
  /** Trees beneath the folder, uppermost first. */
  #below: readonly string[] = []

  constructor(options: {
    isolation: Isolation
    folder: BoundPath
    /** For the kernel's notes on the layers; made when needed. */
    work: string
    layersWork: () => Promise<boolean>
  }) {
    this.#isolation = options.isolation
    this.#folder = options.folder
    this.#work = options.work
    this.#layersWork = options.layersWork
  }

  /** How a step gets the folder. */
  get bound(): WritablePath {
    return this.#below.length === 0 ? this.#folder : this.#withLayers(this.#below)
  }

  async begin(snapshot: string): Promise<void> {
    if (await this.#canLayer(snapshot)) this.#below = [snapshot]
    else await copyFolder(snapshot, this.#folder.from, this.#isolation.owner('job'))
  }

  async collect(selection: FileSelection, blobs: BlobStore): Promise<ArtifactManifest> {
    return this.#reading(selection, async (folder) => collectFiles(folder, selection, blobs))
  }

  async extract(manifest: ArtifactManifest, blobs: BlobStore): Promise<void> {
    await extractFiles(this.#folder.from, manifest, blobs, this.#isolation.owner('job'))
  }

  async underlay(tree: string): Promise<void> {
    if (await this.#canLayer(tree)) this.#below = [tree, ...this.#below]
    else {
      const paths = await Array.fromAsync(selectPaths(tree, everything))
      await copyFiles(tree, paths, this.#folder.from, this.#isolation.owner('job'))
    }
  }

  async takeOut(
    selection: FileSelection,
    tree: string,
    { leave, base = null }: { leave: boolean; base?: string | null },
  ): Promise<'taken' | 'unchanged' | 'empty'> {
    const compiled = compileSelection(selection)
    if (base !== null && this.#below.includes(base)) {
      const others = [this.#folder.from, ...this.#below.filter((one) => one !== base)]
      const held = await Promise.all(others.map(async (one) => holdsSelected(one, compiled)))
      if (!held.includes(true)) return 'unchanged'
    }
    await mkdir(tree, { mode: 0o755 })
    const plain = plainPaths(selection)
    if (!leave && plain !== null && !(await this.#isBelow(compiled)))
      await moveFiles(this.#folder.from, plain, tree, this.#isolation.owner('job'))
    else
      await this.#reading(selection, async (folder) => {
        const paths = await Array.fromAsync(selectPaths(folder, compiled))
        await copyFiles(folder, paths, tree, this.#isolation.owner('job'))
      })
    return (await holdsSelected(tree, everything)) ? 'taken' : 'empty'
  }

  /** A file of the tree must not stand where the workspace has one: there the tree's would win, and a layer would not. */
  async #canLayer(tree: string): Promise<boolean> {
    if (this.#isolation.view === undefined || !(await this.#layersWork())) return false
    const isEmpty = readdirSync(this.#folder.from).length === 0
    for (const name of isEmpty ? [] : await readdir(tree)) {
      const there = await lstat(join(this.#folder.from, name)).catch(() => null)
      if (there !== null) return false
    }
    mkdirSync(this.#work, { recursive: true, mode: 0o700 })
    try {
      this.#isolation.view(this.#withLayers([tree, ...this.#below]))
      return true
    } catch {
      return false // Too many, or a path that cannot be an option of a mount.
    }
  }

  #withLayers(below: readonly string[]): BoundPath & { layers: { below: readonly string[]; work: string } } {
    return { ...this.#folder, layers: { below, work: this.#work } }
  }

  /**
   * Where nothing selected can lie in a layer, the folder alone is looked at: most artifacts. Where nothing was written yet,
   * the one layer there is: key files of caches.
   */
  async #reading<T>(selection: FileSelection, use: (folder: string) => Promise<T>): Promise<T> {
    if (!(await this.#isBelow(compileSelection(selection)))) return use(this.#folder.from)
    const [only, ...others] = this.#below
    const isUntouched = (await readdir(this.#folder.from)).length === 0
    if (only !== undefined && others.length === 0 && isUntouched) return use(only)
    return withFolderView(this.#isolation, this.#withLayers(this.#below), use)
  }

  async #isBelow(selection: CompiledSelection): Promise<boolean> {
    for (const tree of this.#below) if (await holdsSelected(tree, selection)) return true
    return false
  }
}
