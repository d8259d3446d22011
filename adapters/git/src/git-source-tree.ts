import { isUtf8 } from 'node:buffer'
import type { SourceTree, UnreadableFile } from '@sluice/pipeline'
import type { GitRepository } from './git-repository.ts'
import { readFolderFile } from './read-folder-file.ts'
import type { IndexFile } from './read-index.ts'
import type { TreeFile } from './tree-file.ts'

/** The folder that a commit was made of, and its files as they were then. */
export interface CommitOrigin {
  folder: string
  files: readonly IndexFile[]
}

/**
 * A commit of a repository as the compiler of pipelines reads it. Reads the list of files once. Where the folder that the
 * commit was made of is known, a file is read there as long as its content is that of the commit: without a process.
 */
export class GitSourceTree implements SourceTree {
  readonly #repository: GitRepository
  readonly #commit: string
  readonly #origin: CommitOrigin | null
  #files: Promise<Map<string, TreeFile>> | null = null

  constructor(repository: GitRepository, commit: string, origin: CommitOrigin | null = null) {
    this.#repository = repository
    this.#commit = commit
    this.#origin = origin
  }

  async read(path: string): Promise<string | null | UnreadableFile> {
    const file = (await this.#listed()).get(path)
    if (file === undefined || file.mode === '120000') return null
    const own = this.#origin === null ? null : await readFolderFile(this.#origin.folder, file)
    const bytes = own ?? (await this.#repository.readBlob(file))
    return isUtf8(bytes) ? bytes.toString('utf8') : notUtf8(bytes)
  }

  async list(): Promise<string[]> {
    return [...(await this.#listed()).keys()].sort()
  }

  #listed(): Promise<Map<string, TreeFile>> {
    const list =
      this.#origin === null
        ? async () => this.#repository.listTree(this.#commit)
        : async () => this.#origin?.files ?? []
    this.#files ??= list().then((files) => new Map(files.map((file) => [file.path, file])))
    return this.#files
  }
}

function notUtf8(bytes: Buffer): UnreadableFile {
  const [before = ''] = bytes.toString('utf8').split('\uFFFD', 1)
  return { kind: 'missing', fault: `line ${before.split('\n').length} is no UTF-8; wanted text in UTF-8` }
}
