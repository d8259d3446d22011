import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A file as the checks see it: a path from the repository's root, with forward slashes, and its text. */
export interface SourceFile {
  path: string
  text: string
}

const ignoredFolders = new Set(['node_modules', '.git', '.sluice', 'dist', 'coverage', '.cache'])

/** Paths of all files below `root` that `wanted` accepts, sorted; folders that are made or installed are left out. */
export function listFiles(root: string, wanted: (path: string) => boolean): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return ignoredFolders.has(entry.name) ? [] : walk(path)
      return entry.isFile() && wanted(path) ? [path] : []
    })
  return walk('').toSorted()
}

/** Reads the files that `wanted` accepts. */
export function readFiles(root: string, wanted: (path: string) => boolean): SourceFile[] {
  return listFiles(root, wanted).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** TypeScript sources, declarations left out; files that a running test wrote for a moment as well. */
export const isTypeScript = (path: string): boolean =>
  /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.includes('/.readme-example')

/** Files that only tests load: tests, cases that implementations share, and the rooms of tests and benchmarks. */
export const isTestFile = (path: string): boolean =>
  /\.(test|cases)\.tsx?$/.test(path) || /(^|\/)(testing|test)\//.test(path) || /^(tests|bench)\//.test(path)
