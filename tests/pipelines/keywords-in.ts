import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node, type Pair } from 'yaml'

/** A keyword as the reference writes it, `rules:changes:paths`, and where it or something in its value stands. */
export interface KeywordPlace {
  keyword: string
  line: number
  column: number
}

/** Keys at the top of a file that are no jobs. */
const rootKeywords = new Set([
  'default',
  'include',
  'stages',
  'types',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
])

/** Below these stand names that a pipeline chooses, and below the names keywords. */
const namedBelow = new Set(['variables', 'id_tokens', 'secrets', 'inputs', 'spec:inputs', 'spec:include:inputs'])

/** Below these stand names that a pipeline chooses, and no more keywords. */
const endsBelow = new Set([
  'parallel:matrix',
  'needs:parallel:matrix',
  'run:env',
  'services:variables',
  'rules:variables',
  'include:inputs',
  'trigger:include:inputs',
  'trigger:inputs',
  'workflow:rules:variables',
])

/** `except` is written as `only`, the rules of `workflow` and of includes as those of jobs, what a child includes as all. */
function inReference(keyword: string): string {
  return keyword
    .replace(/^except:/, 'only:')
    .replace(/^workflow:rules:(?!auto_cancel)/, 'rules:')
    .replace(/^workflow:rules:auto_cancel:/, 'workflow:auto_cancel:')
    .replace(/^trigger:include:/, 'include:')
    .replace(/^include:rules:/, 'rules:')
    .replace(/^rules:needs:/, 'needs:')
    .replace(/^spec:include:inputs:/, 'spec:inputs:')
    .replace(/^spec:include:(?!inputs)/, 'include:')
}

/**
 * Every keyword of a pipeline file, read by nothing of the compiler: each key, and each value below it, with its place.
 * A key that no reference knows is there as it is written; hidden jobs are not.
 */
export function keywordsIn(text: string): KeywordPlace[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
    lineCounter: lines,
  })
  const found: KeywordPlace[] = []
  const note = (keyword: string, node: Node): void => {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    found.push({ keyword: inReference(keyword), line, column: col })
  }
  for (const document of documents) {
    if (!isMap(document.contents)) continue
    const isHeader = document.contents.has('spec')
    for (const pair of document.contents.items) {
      const key = keyOf(pair)
      if (isHeader || rootKeywords.has(key)) walkKeyword(pair, key, note)
      else if (key === 'inputs') walkKeyword(pair, 'spec:include:inputs', note)
      else if (!key.startsWith('.')) walkBelow(pair.value, '', note)
    }
  }
  return found
}

type Note = (keyword: string, node: Node) => void

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

function walkKeyword(pair: Pair, keyword: string, note: Note): void {
  const [key, value] = [pair.key as Node, pair.value as Node | null]
  note(keyword, key)
  walkBelow(value, keyword, note, namedBelow.has(keyword))
}

/** What stands in the value of a keyword; `''` is a job, in which each key is one. */
function walkBelow(node: Node | null, keyword: string, note: Note, isNamed = false): void {
  if (node === null || isAlias(node)) return
  if (keyword !== '') note(keyword, node)
  if (isSeq(node)) for (const item of node.items) walkBelow(item as Node, keyword, note)
  if (!isMap(node)) return
  for (const pair of node.items) {
    const key = keyOf(pair)
    if (isNamed || endsBelow.has(keyword) || key === '<<') {
      if (keyword !== '') note(keyword, pair.key as Node)
      walkBelow(pair.value as Node | null, keyword, note)
    } else {
      walkKeyword(pair, keyword === '' || keyword === 'default' ? key : `${keyword}:${key}`, note)
    }
  }
}
