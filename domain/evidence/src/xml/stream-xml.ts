import { SaxesParser } from 'saxes'
import type { Place } from '@sluice/kernel'
import { reportFault } from '../fault.ts'
import { byteOrderMark, decodeText, type TextEncodingName } from '../text/decode-text.ts'

/** Elements nested deeper than this are an attack, not a report. */
const depthMax = 200

/** What a reader of an XML format listens to. Names come without their namespace prefix. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>, place: Place): void
  close(name: string): void
  /** Text and CDATA of the elements for which `wantsText` says yes, in pieces. */
  text(piece: string): void
  wantsText(name: string): boolean
}

/** What well-formedness asks for and tools get wrong where it does no harm: inside of text and attribute values. */
const harmless =
  /: (disallowed character\.|undefined entity\.|malformed character entity\.|the string "\]\]>" is disallowed in char data\.)$/
const atTheEnd = /: (unclosed tag|unexpected end)/

/**
 * Reads XML piece by piece, so that a report of 100 MB needs memory only for what is kept of it. Entities are never
 * declared: a document type that tries is refused, so nothing can expand or reach out to files (CWE-611, CWE-776).
 * @throws SluiceError EVIDENCE_TRUNCATED, EVIDENCE_NOT_XML, EVIDENCE_FORBIDDEN_XML
 */
export function streamXml(bytes: Uint8Array, path: string, listener: XmlListener): void {
  const parser = new SaxesParser({ position: true })
  const place = (): Place => ({ path, line: parser.line, column: parser.column + 1 })
  followTags(parser, listener, place)
  parser.on('doctype', (doctype) => {
    if (!doctype.includes('<!ENTITY')) return
    throw reportFault('EVIDENCE_FORBIDDEN_XML', place(), 'its document type declares entities, wanted none')
  })
  parser.on('error', (error) => {
    if (harmless.test(error.message)) return
    throw xmlFault(error, place())
  })
  for (const chunk of decodeText(bytes, xmlEncoding(bytes))) parser.write(chunk)
  parser.close()
}

function followTags(parser: SaxesParser, listener: XmlListener, place: () => Place): void {
  let depth = 0
  const onText = (piece: string): void => listener.text(piece)
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1
    if (depth > depthMax) {
      throw reportFault('EVIDENCE_FORBIDDEN_XML', place(), `its elements are nested deeper than ${depthMax}`)
    }
    const local = localName(name)
    listener.open(local, attributes, place())
    if (!listener.wantsText(local)) return
    parser.on('text', onText)
    parser.on('cdata', onText)
  })
  parser.on('closetag', ({ name }) => {
    depth -= 1
    const local = localName(name)
    if (listener.wantsText(local)) {
      parser.off('text')
      parser.off('cdata')
    }
    listener.close(local)
  })
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

function xmlFault(error: Error, place: Place): Error {
  const message = error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')
  const noRoot = message.startsWith('document must contain a root element')
  return noRoot || atTheEnd.test(error.message)
    ? reportFault('EVIDENCE_TRUNCATED', place, `it ends too early: ${message}`, error)
    : reportFault('EVIDENCE_NOT_XML', place, `it is not well-formed XML: ${message}`, error)
}

/** The encoding by the byte order mark or the XML declaration (XML 1.0, appendix F). */
function xmlEncoding(bytes: Uint8Array): TextEncodingName {
  const marked = byteOrderMark(bytes)
  if (marked) return marked.encoding
  const head = String.fromCharCode(...bytes.subarray(0, 200))
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1]?.toLowerCase()
  return declared !== undefined && /^(iso-8859-1|latin-?1|windows-1252|us-ascii)$/.test(declared) ? 'latin1' : 'utf-8'
}
