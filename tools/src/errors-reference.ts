import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownerOf, type PackageInfo } from './package-info.ts'
import { readText } from './read-text.ts'
import { readRepository, repositoryRoot } from './repository.ts'
import { isTestFile, type SourceFile } from './source-file.ts'
import { literalText, member, members, parse, pathOfNames, walk } from './syntax.ts'

/** Where the reference stands, from the root. */
export const errorsReferencePath = 'docs/reference/errors.md'

/** The `errors` table of one package. */
export interface PackageErrors {
  package: string
  folder: string
  codes: Record<string, { summary: string; remedy: string }>
}

/** Loads the table of every package that has `src/errors.ts`. @throws Error where such a file exports no `errors`. */
export async function loadErrorTables(
  root: string,
  sources: SourceFile[],
  packages: PackageInfo[],
): Promise<PackageErrors[]> {
  const files = sources.filter(({ path }) => /^(contracts|(domain|adapters|apps)\/[^/]+)\/src\/errors\.ts$/.test(path))
  return Promise.all(
    files.map(async ({ path }) => {
      const { errors } = (await import(pathToFileURL(join(root, path)).href)) as { errors?: PackageErrors['codes'] }
      if (errors === undefined) throw new Error(`Cannot read the error codes of ${path}: it exports no "errors"`)
      const owner = ownerOf(path, packages)
      return { package: owner?.name ?? path, folder: owner?.folder ?? '', codes: errors }
    }),
  )
}

/** The reference as Markdown, packages and codes sorted. */
export function renderErrorsReference(tables: PackageErrors[]): string {
  const sections = tables
    .toSorted((a, b) => (a.package < b.package ? -1 : 1))
    .flatMap((table) => [
      `## ${table.package}`,
      ...Object.keys(table.codes)
        .toSorted()
        .map((code) => entry(table, code)),
    ])
  const head = [
    '# Error codes',
    'Generated from the `errors` table of each package by `node tools/src/errors-reference.ts --write`. Codes are stable; messages may change.',
  ]
  return `${[...head, ...sections].join('\n\n')}\n`
}

function entry(table: PackageErrors, code: string): string {
  const { summary, remedy } = table.codes[code] ?? { summary: '', remedy: '' }
  return `### \`${code}\`\n\n${summary.trim()}\n\nWhat to do: ${remedy.trim()}`
}

/** Codes that a file gives to an error class: `new SluiceError('CODE', …)` and the like. */
function thrownCodes(file: SourceFile): string[] {
  return [...walk(parse(file))].flatMap((node) => {
    if (node.type !== 'NewExpression' || pathOfNames(member(node, 'callee')).at(-1)?.endsWith('Error') !== true)
      return []
    const code = literalText(members(node, 'arguments')[0])
    return code !== null && /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code) ? [code] : []
  })
}

const literalsOf = (file: SourceFile): string[] => [...walk(parse(file))].flatMap((node) => literalText(node) ?? [])

/** A package throws its own codes, and those of a package whose port it implements and therefore depends on. */
const mayThrow = (owner: PackageInfo | null, table: PackageErrors): boolean =>
  owner !== null && (owner.folder === table.folder || owner.dependencies.includes(table.package))

/** Codes that are used and in no table, in a table and never used, in two tables, or misspelt. */
export function errorTableProblems(tables: PackageErrors[], sources: SourceFile[], packages: PackageInfo[]): string[] {
  const problems: string[] = []
  const places = new Map<string, string[]>()
  const shipped = sources.filter(({ path }) => !isTestFile(path) && !path.endsWith('/src/errors.ts'))
  for (const table of tables) {
    const own = shipped.filter(({ path }) => mayThrow(ownerOf(path, packages), table))
    const used = new Set(own.flatMap(literalsOf))
    for (const [code, { summary, remedy }] of Object.entries(table.codes)) {
      places.set(code, [...(places.get(code) ?? []), table.package])
      if (!used.has(code)) problems.push(`${table.package}: code ${code} is in the table and never used`)
      if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code)) problems.push(`${table.package}: code ${code} is not UPPER_CASE`)
      if (summary.trim() === '' || remedy.trim() === '') problems.push(`${table.package}: code ${code} lacks its text`)
    }
  }
  for (const [code, owners] of places)
    if (owners.length > 1) problems.push(`${code} is in several tables: ${owners.join(', ')}`)
  for (const file of shipped.filter(({ path }) => /^(contracts|domain|adapters|apps)\//.test(path))) {
    const owner = ownerOf(file.path, packages)
    const usable = tables.filter((table) => mayThrow(owner, table))
    for (const code of thrownCodes(file)) {
      if (!usable.some(({ codes }) => codes[code] !== undefined))
        problems.push(`${file.path}: code ${code} is not in the table of ${owner?.name}, nor of what it depends on`)
    }
  }
  return problems
}

/** Everything that is wrong with the tables and their document in this checkout. */
export async function checkErrorsReference(
  root: string = repositoryRoot,
): Promise<{ problems: string[]; tables: number; codes: number }> {
  const { sources, packages } = readRepository(root)
  const tables = await loadErrorTables(root, sources, packages)
  const problems = errorTableProblems(tables, sources, packages)
  if (readText(join(root, errorsReferencePath)) !== renderErrorsReference(tables)) {
    problems.push(`${errorsReferencePath} is not what the tables say: run "node tools/src/errors-reference.ts --write"`)
  }
  return {
    problems,
    tables: tables.length,
    codes: tables.reduce((sum, { codes }) => sum + Object.keys(codes).length, 0),
  }
}

/** Writes the reference. */
async function write(root: string): Promise<void> {
  const { sources, packages } = readRepository(root)
  const path = join(root, errorsReferencePath)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, renderErrorsReference(await loadErrorTables(root, sources, packages)))
}

if (import.meta.main && process.argv.includes('--write')) await write(repositoryRoot)
