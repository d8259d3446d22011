import type { ComponentsFact } from '@sluice/contracts/evidence'
import { schemaWords } from '@sluice/contracts/schema-words'
import type { z } from 'zod'
import { reportFault } from '../fault.ts'
import { mistakeOf } from '../json/mistake-of.ts'
import { parseReportJson } from '../json/parse-report-json.ts'
import type { ReaderContext, ReportReading } from '../report.ts'
import { cleanText } from '../text/clean-text.ts'
import { licenceCounts } from './licence-counts.ts'
import { bom, component, type Bom, type Component, type LicenceChoice } from './schema.ts'

/** Reads a bill of materials in CycloneDX JSON, 1.2 to 1.7. Components nested in others count like the others. */
export function readCyclonedx(bytes: Uint8Array, context: ReaderContext): ReportReading<ComponentsFact> {
  const document = checked(bom, parseReportJson(bytes, context.path), '', context)
  if (document.metadata?.component !== undefined) {
    allComponents([document.metadata.component], 'metadata.component', document.specVersion, context)
  }
  const found = allComponents(document.components ?? [], 'components', document.specVersion, context)
  refuseRepeatedReferences(found, context)
  return { fact: factOf(document.specVersion, found), tool: toolOf(document) }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string, context: ReaderContext): T {
  const parsed = schema.safeParse(value, { error: schemaWords })
  if (parsed.success) return parsed.data
  const why = `it is not CycloneDX: ${where === '' ? '' : `${where}: `}${mistakeOf(parsed.error)}`
  throw reportFault('EVIDENCE_WRONG_FORMAT', { path: context.path }, why, parsed.error)
}

/** Every component of the list and below, in the order of the document. */
function allComponents(roots: unknown[], where: string, specVersion: string, context: ReaderContext): Component[] {
  const waiting = roots.map((value, index) => ({ value, where: `${where}[${index}]` })).toReversed()
  const found: Component[] = []
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const one = checked(component, next.value, next.where, context)
    refuseMixedLicences(one, specVersion, next.where, context)
    found.push(one)
    const below = next.where
    waiting.push(
      ...(one.components ?? []).map((value, index) => ({ value, where: `${below}.components[${index}]` })).toReversed(),
    )
  }
  return found
}

/** Until 1.6 an expression is the only entry of `licenses`; 1.7 lifted that. */
function refuseMixedLicences(one: Component, specVersion: string, where: string, context: ReaderContext): void {
  const choices = one.licenses ?? []
  if (specVersion === '1.7' || choices.length < 2 || !choices.some((choice) => choice.expression !== undefined)) return
  const why = `it is not CycloneDX ${specVersion}: ${where}.licenses: an expression must stand alone`
  throw reportFault('EVIDENCE_WRONG_FORMAT', { path: context.path }, why)
}

function refuseRepeatedReferences(found: Component[], context: ReaderContext): void {
  const seen = new Set<string>()
  for (const one of found) {
    const reference = one['bom-ref']
    if (reference === undefined) continue
    if (seen.has(reference)) {
      const why = `it is not CycloneDX: bom-ref "${cleanText(reference, 200)}" names two components, wanted one`
      throw reportFault('EVIDENCE_WRONG_FORMAT', { path: context.path }, why)
    }
    seen.add(reference)
  }
}

function factOf(specVersion: string, found: Component[]): ComponentsFact {
  const components = found.map((one) => ({
    name: cleanText(one.name, 500),
    version: one.version ?? one.versionRange ?? null,
    purl: one.purl ?? null,
    licence: licenceOf(one.licenses ?? []),
  }))
  return { kind: 'components', specVersion, total: components.length, licences: licenceCounts(components), components }
}

/** A concluded expression says more than the declared parts; several licences without one are listed. */
function licenceOf(choices: LicenceChoice[]): string | null {
  const expressions = choices.filter((choice) => choice.expression !== undefined)
  const best = expressions.find((choice) => choice.acknowledgement === 'concluded') ?? expressions[0]
  if (best?.expression !== undefined) return cleanText(best.expression, 500)
  const names = choices.map((choice) => choice.license?.id ?? choice.license?.name ?? '')
  return names.length === 0 ? null : cleanText([...new Set(names)].join(', '), 500)
}

function toolOf(document: Bom): ReportReading['tool'] {
  const tools = document.metadata?.tools
  const [first] = Array.isArray(tools) ? tools : (tools?.components ?? [])
  return { name: cleanText(first?.name ?? 'cyclonedx', 200), version: first?.version ?? null }
}
