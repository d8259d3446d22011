import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readText } from './read-text.ts'
import { readRepository, repositoryRoot } from './repository.ts'
import { isTestFile, type SourceFile } from './source-file.ts'
import { literalText, member, members, parse, walk, type SyntaxNode } from './syntax.ts'

/** Where the reference stands, from the root. */
export const keywordsReferencePath = 'docs/reference/keywords.md'

/** Rows by the file that reads them, without its folder and `.ts`; within it by the keyword, `artifacts:paths`. */
export type KeywordTable = Record<string, Record<string, KeywordRow>>

/** See `keywordReference` of `@sluice/pipeline`. */
export interface KeywordRow {
  state: 'works' | 'carried' | 'no effect' | 'fails' | 'refused'
  note: string
}

const folders = ['read', 'sources', 'inputs'] as const
const tablePath = 'domain/pipeline/src/keyword-reference.ts'

/** What a file says of keywords: those that its readers take and refuse, and every text in it. */
interface FileKeywords {
  taken: Set<string>
  refused: Set<string>
  texts: Set<string>
}

/** Texts of an array literal, with those of arrays of the same file that it spreads. */
function textsOf(node: SyntaxNode | null, arrays: ReadonlyMap<string, SyntaxNode>): string[] {
  const array = unwrapped(node)
  if (array?.type === 'Identifier') return textsOf(arrays.get(String(array['name'])) ?? null, arrays)
  if (array?.type !== 'ArrayExpression') return []
  return members(array, 'elements').flatMap((element) =>
    element.type === 'SpreadElement' ? textsOf(member(element, 'argument'), arrays) : (literalText(element) ?? []),
  )
}

/** What `as const` and the like stand around. */
function unwrapped(node: SyntaxNode | null): SyntaxNode | null {
  const isCast = node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression'
  return isCast ? unwrapped(member(node, 'expression')) : node
}

function arraysIn(program: SyntaxNode): Map<string, SyntaxNode> {
  const arrays = new Map<string, SyntaxNode>()
  for (const node of walk(program)) {
    const [id, init] = [member(node, 'id'), unwrapped(member(node, 'init'))]
    if (node.type === 'VariableDeclarator' && id !== null && init?.type === 'ArrayExpression')
      arrays.set(String(id['name']), init)
  }
  return arrays
}

/** Reads `{ known, unsupported }` wherever a file writes it. */
function keywordsIn(file: SourceFile): FileKeywords {
  const program = parse(file)
  const arrays = arraysIn(program)
  const found: FileKeywords = { taken: new Set(), refused: new Set(), texts: new Set() }
  for (const node of walk(program)) {
    const text = literalText(node)
    if (text !== null) found.texts.add(text)
    if (node.type !== 'Property') continue
    const name = String(member(node, 'key')?.['name'])
    const target = name === 'unsupported' ? found.refused : found.taken
    if (name !== 'known' && name !== 'unsupported') continue
    for (const keyword of textsOf(member(node, 'value'), arrays)) target.add(keyword)
  }
  return found
}

const leafOf = (keyword: string): string => keyword.split(':').at(-1) ?? keyword

/** Keywords that are read and have no row, rows that nothing reads, and rows that say another state than the readers. */
export function keywordTableProblems(table: KeywordTable, sources: readonly SourceFile[]): string[] {
  const problems: string[] = []
  const files = readersOf(sources)
  for (const [name, { taken, refused }] of files) {
    const leaves = new Set(Object.keys(table[name] ?? {}).map(leafOf))
    for (const keyword of new Set([...taken, ...refused]))
      if (!leaves.has(keyword)) problems.push(`${tablePath}: "${keyword}" of ${name}.ts has no row`)
  }
  for (const [name, rows] of Object.entries(table)) {
    const file = files.get(name)
    for (const [keyword, { state, note }] of Object.entries(rows)) {
      const leaf = leafOf(keyword)
      if (file?.texts.has(leaf) !== true)
        problems.push(`${tablePath}: "${keyword}" is in the table and ${name}.ts does not read it`)
      else if (state === 'refused' && file.taken.has(leaf) && !file.refused.has(leaf))
        problems.push(`${tablePath}: "${keyword}" is refused in the table and read by ${name}.ts`)
      else if (state !== 'refused' && file.refused.has(leaf) && !file.taken.has(leaf))
        problems.push(`${tablePath}: "${keyword}" is ${state} in the table and refused by ${name}.ts`)
      if (note.trim() === '') problems.push(`${tablePath}: "${keyword}" lacks its note`)
    }
  }
  return problems
}

function readersOf(sources: readonly SourceFile[]): Map<string, FileKeywords> {
  const pattern = new RegExp(`^domain/pipeline/src/(?:${folders.join('|')})/([^/]+)\\.ts$`)
  const files = new Map<string, FileKeywords>()
  for (const file of sources) {
    const name = pattern.exec(file.path)?.[1]
    if (name !== undefined && !isTestFile(file.path)) files.set(name, keywordsIn(file))
  }
  return files
}

const states: Record<KeywordRow['state'], string> = {
  works: 'works',
  carried: 'carried',
  'no effect': 'no effect',
  fails: 'fails the job',
  refused: 'refused',
}

/** The reference as Markdown, keywords sorted. */
export function renderKeywordsReference(table: KeywordTable): string {
  const rows = Object.values(table)
    .flatMap((group) => Object.entries(group))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([keyword, { state, note }]) => [`\`${keyword}\``, states[state], note.trim()])
  return `# Keywords

Generated from \`${tablePath}\` by \`node tools/src/keywords-reference.ts --write\`. What each keyword of GitLab's CI/CD YAML
reference does here:

- **works**: as GitLab's reference says.
- **carried**: it is in the plan and, where a runner can use it, in the answer to one; nothing else here uses it.
- **no effect**: it is checked and in the plan, and a warning of the plan says that nothing comes of it here.
- **fails the job**: it is in the plan; the job ends before its script, with a sentence that names what is missing.
- **refused**: the pipeline is not planned, with the keyword's place in the message.

${tableOf(['keyword', 'here', 'how'], rows)}
`
}

/** A table of Markdown as the formatter writes it, its columns padded. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

async function loadTable(root: string): Promise<KeywordTable> {
  const { keywordReference } = (await import(pathToFileURL(join(root, tablePath)).href)) as {
    keywordReference?: KeywordTable
  }
  if (keywordReference === undefined)
    throw new Error(`Cannot read the keywords of ${tablePath}: it exports no "keywordReference"`)
  return keywordReference
}

/** Everything that is wrong with the table and its document in this checkout. */
export async function checkKeywordsReference(
  root: string = repositoryRoot,
): Promise<{ problems: string[]; keywords: number }> {
  const table = await loadTable(root)
  const problems = keywordTableProblems(table, readRepository(root).sources)
  if (readText(join(root, keywordsReferencePath)) !== renderKeywordsReference(table))
    problems.push(
      `${keywordsReferencePath} is not what the table says: run "node tools/src/keywords-reference.ts --write"`,
    )
  return { problems, keywords: Object.values(table).reduce((sum, rows) => sum + Object.keys(rows).length, 0) }
}

/** Writes the reference. */
async function write(root: string): Promise<void> {
  const path = join(root, keywordsReferencePath)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, renderKeywordsReference(await loadTable(root)))
}

if (import.meta.main && process.argv.includes('--write')) await write(repositoryRoot)
