import type { Pattern } from '../expression/pattern.ts'
import type { ComparisonBudget } from './comparison-budget.ts'
import { compileGlob } from './glob.ts'

/** Answers "does any of these files match?" for one compilation, each pattern once, within the budget of comparisons. */
export class FileMatcher {
  readonly #files: readonly string[]
  readonly #indexes: ReadonlyMap<string, number>
  /** Pattern → index of the first file that it matches, -1 for none. */
  readonly #answers = new Map<string, number>()
  readonly #budget: ComparisonBudget
  #topLevel: FileMatcher | null = null
  #folders: FileMatcher | null = null

  constructor(files: readonly string[], budget: ComparisonBudget) {
    this.#files = files
    this.#indexes = new Map(files.map((file, index) => [file, index]))
    this.#budget = budget
  }

  get size(): number {
    return this.#files.length
  }

  /** Those of the files that lie in no folder. */
  get topLevel(): FileMatcher {
    this.#topLevel ??= new FileMatcher(
      this.#files.filter((file) => !file.includes('/')),
      this.#budget,
    )
    return this.#topLevel
  }

  /** The folders that the files lie in, each with a slash at its end. */
  get folders(): FileMatcher {
    this.#folders ??= new FileMatcher(foldersOf(this.#files), this.#budget)
    return this.#folders
  }

  /** The first file that the glob matches, or `null`. */
  find(glob: string): string | null {
    return this.#files[this.#indexOf(glob)] ?? null
  }

  /** The first file that the glob matches and how many were compared with it until then. */
  search(glob: string): { found: string | null; compared: number } {
    const index = this.#indexOf(glob)
    return index === -1
      ? { found: null, compared: this.size }
      : { found: this.#files[index] ?? null, compared: index + 1 }
  }

  /** The first file that the expression matches, or `null`. */
  findMatching(pattern: Pattern): string | null {
    const index = this.#known(`regexp\n${pattern.source}`, () => {
      this.#budget.spend(this.size)
      return this.#files.findIndex((file) => pattern.matches(file))
    })
    return this.#files[index] ?? null
  }

  #indexOf(glob: string): number {
    return this.#known(glob, () => this.#indexes.get(glob) ?? this.#compare(glob))
  }

  #known(key: string, find: () => number): number {
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const index = find()
    this.#answers.set(key, index)
    return index
  }

  #compare(pattern: string): number {
    if (!/[*?[\]{}\\]/.test(pattern)) return -1
    this.#budget.spend(this.size)
    const glob = compileGlob(pattern)
    return this.#files.findIndex((file) => glob.matches(file))
  }
}

function foldersOf(files: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const file of files) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      const folder = file.slice(0, end + 1)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return [...folders]
}
