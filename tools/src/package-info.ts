import type { SourceFile } from './source-file.ts'

/** What the checks need to know of one package.json. */
export interface PackageInfo {
  /** Folder from the root; empty for the root itself. */
  folder: string
  name: string
  /** Subpath (`.`, `./events`) → file, as `exports` tells. */
  exports: Record<string, string>
  dependencies: string[]
  devDependencies: string[]
}

interface Manifest {
  name?: string
  exports?: Record<string, string> | string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Reads one package.json. */
export function packageInfo(file: SourceFile): PackageInfo {
  const manifest = JSON.parse(file.text) as Manifest
  const folder = file.path === 'package.json' ? '' : file.path.slice(0, -'/package.json'.length)
  return {
    folder,
    name: manifest.name ?? folder,
    exports: typeof manifest.exports === 'string' ? { '.': manifest.exports } : (manifest.exports ?? {}),
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
  }
}

/** The package that a file belongs to: the nearest one above it. */
export function ownerOf(path: string, packages: PackageInfo[]): PackageInfo | null {
  const owners = packages.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`))
  return owners.toSorted((a, b) => b.folder.length - a.folder.length)[0] ?? null
}

/** The file behind `@scope/name/sub`, from the root; `null` where the package exports no such subpath. */
export function exportedFile(owner: PackageInfo, specifier: string): string | null {
  const subpath = `.${specifier.slice(owner.name.length)}`
  for (const [key, target] of Object.entries(owner.exports)) {
    const [head = '', tail] = key.split('*')
    if (tail === undefined ? key !== subpath : !(subpath.startsWith(head) && subpath.endsWith(tail))) continue
    const star = tail === undefined ? '' : subpath.slice(head.length, subpath.length - tail.length)
    return `${owner.folder}/${target.replace('*', star).replace(/^\.\//, '')}`
  }
  return null
}
