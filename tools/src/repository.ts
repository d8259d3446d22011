import { fileURLToPath } from 'node:url'
import { packageInfo, type PackageInfo } from './package-info.ts'
import { isTypeScript, readFiles, type SourceFile } from './source-file.ts'

/** Folder of this checkout, without a slash at its end. */
export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where packages stand; a package.json elsewhere is a case of a test. */
const isManifest = (path: string): boolean =>
  /^((contracts|tools|(domain|adapters|apps)\/[^/]+|card(\/.+)?)\/)?package\.json$/.test(path)

/** All TypeScript sources and packages of this checkout. */
export function readRepository(root: string = repositoryRoot): { sources: SourceFile[]; packages: PackageInfo[] } {
  const manifests = readFiles(root, isManifest)
  return { sources: readFiles(root, isTypeScript), packages: manifests.map(packageInfo) }
}
