import type { SourceTree } from '@sluice/pipeline'
import type { GitRepository, TreeFile } from './git-repository.ts'

/** A commit of a repository as the compiler of pipelines reads it. Reads the list of files once. */
export class GitSourceTree implements SourceTree {
  readonly #repository: GitRepository
  readonly #commit: string
  #files: Promise<Map<string, TreeFile>> | null = null

  constructor(repository: GitRepository, commit: string) {
    this.#repository = repository
    this.#commit = commit
  }

  async read(path: string): Promise<string | null> {
    const file = (await this.#listed()).get(path)
    if (file === undefined || file.mode === '120000') return null
    return (await this.#repository.readBlob(file)).toString('utf8')
  }

  async list(): Promise<string[]> {
    return [...(await this.#listed()).keys()].sort()
  }

  #listed(): Promise<Map<string, TreeFile>> {
    this.#files ??= this.#repository
      .listTree(this.#commit)
      .then((files) => new Map(files.map((file) => [file.path, file])))
    return this.#files
  }
}
