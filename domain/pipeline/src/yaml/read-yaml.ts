import type { SourcePosition } from '@sluice/contracts/plan'
import { LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { DocumentReader } from './document-reader.ts'
import type { Located } from './located.ts'

/**
 * Reads one pipeline file. Aliases and merge keys are filled in, duplicate keys and unknown tags are mistakes,
 * `!reference` stays for later.
 * @returns `null` when there is a mistake or the file holds nothing.
 */
export function readYaml(path: string, text: string, mistakes: Mistakes): Located | null {
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
  const document = parseSingle(path, text, lineCounter, mistakes)
  if (document === null) return null
  return new DocumentReader(path, lineCounter, mistakes).read(document)
}

function parseSingle(path: string, text: string, lineCounter: LineCounter, mistakes: Mistakes): ParsedNode | null {
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    // Duplicates are found while walking: the library compares every pair of keys.
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  })
  if ('empty' in parsed) return null
  const documents: Document.Parsed[] = parsed
  const before = mistakes.count
  for (const document of documents) reportErrors(path, document, lineCounter, mistakes)
  reportFurtherDocuments(path, documents, lineCounter, mistakes)
  return mistakes.count > before ? null : (documents[0]?.contents ?? null)
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

/** GitLab reads a first document with `spec:` as the header of the second one, and takes nothing from others. */
function reportFurtherDocuments(
  path: string,
  documents: Document.Parsed[],
  lineCounter: LineCounter,
  mistakes: Mistakes,
): void {
  const second = documents[1]
  if (second === undefined) return
  const { line, col } = lineCounter.linePos(second.range[0])
  mistakes.add(
    'PIPELINE_UNSUPPORTED',
    { path, line: Math.max(1, line), column: Math.max(1, col) },
    `Cannot read "${path}": a second YAML document is not supported yet; wanted one document`,
  )
}
