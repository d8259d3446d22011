import type { SourcePosition } from '@sluice/contracts/plan'
import { LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { DocumentReader } from './document-reader.ts'
import type { Located } from './located.ts'

/**
 * Reads the documents of one pipeline file, those that hold nothing left out. Aliases and merge keys are filled in,
 * duplicate keys and unknown tags are mistakes, `!reference` stays for later.
 * @returns `null` when there is a mistake; one document, or two: a header and what it heads.
 */
export function readYaml(path: string, text: string, mistakes: Mistakes): Located[] | null {
  const start: SourcePosition = { path, line: 1, column: 1 }
  if (text.length > limits.fileLength) {
    mistakes.add(
      'PIPELINE_FILE_TOO_LARGE',
      start,
      `Cannot read "${path}": it has ${text.length} characters; wanted ${limits.fileLength} at most`,
    )
    return null
  }
  const lineCounter = new LineCounter()
  const documents = parseDocuments(path, text, lineCounter, mistakes)
  if (documents === null) return null
  const before = mistakes.count
  const read = documents.map((document) => new DocumentReader(path, lineCounter, mistakes).read(document))
  return mistakes.count > before ? null : read.filter((document) => !isNothing(document))
}

function isNothing(document: Located): boolean {
  return document.kind === 'scalar' && document.value === null
}

function parseDocuments(path: string, text: string, lineCounter: LineCounter, mistakes: Mistakes): ParsedNode[] | null {
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    // Duplicates are found while walking: the library compares every pair of keys.
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  })
  if ('empty' in parsed) return []
  const documents: Document.Parsed[] = parsed
  const before = mistakes.count
  for (const document of documents) reportErrors(path, document, lineCounter, mistakes)
  const roots = documents.flatMap(({ contents }) => (contents === null ? [] : [contents]))
  const third = roots[2]
  if (third !== undefined) reportThirdDocument(path, third, lineCounter, mistakes)
  return mistakes.count > before ? null : roots
}

function reportErrors(path: string, document: Document.Parsed, lineCounter: LineCounter, mistakes: Mistakes): void {
  for (const error of document.errors) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    const place = { path, line: Math.max(1, line), column: Math.max(1, col) }
    if (/call stack/.test(error.message)) {
      mistakes.add(
        'PIPELINE_TOO_DEEP',
        place,
        `Cannot read "${path}": it is nested too deep; wanted 100 levels at most`,
      )
    } else {
      mistakes.add('PIPELINE_YAML', place, `Cannot read "${path}" as YAML: ${error.message}`)
    }
  }
}

function reportThirdDocument(path: string, third: ParsedNode, lineCounter: LineCounter, mistakes: Mistakes): void {
  const { line, col } = lineCounter.linePos(third.range[0])
  mistakes.add(
    'PIPELINE_WRONG_VALUE',
    { path, line: Math.max(1, line), column: Math.max(1, col) },
    `Cannot read "${path}": it has a third YAML document; wanted two at most: a header with spec, and the pipeline`,
  )
}
