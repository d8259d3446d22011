import type { FindingLevel, FindingsFact } from '@sluice/contracts/evidence'
import { schemaWords } from '@sluice/contracts/schema-words'
import { reportFault } from '../fault.ts'
import { mistakeOf } from '../json/mistake-of.ts'
import { parseReportJson } from '../json/parse-report-json.ts'
import { detailsMax, type ReaderContext, type ReportReading } from '../report.ts'
import { cleanText } from '../text/clean-text.ts'
import { sourcePath } from '../text/source-path.ts'
import { sarifLog, type SarifResult, type SarifRun } from './schema.ts'
import { severity } from './severity.ts'

type Finding = FindingsFact['findings'][number]
type Component = SarifRun['tool']['driver']
type Rule = NonNullable<Component['rules']>[number]

/**
 * Reads SARIF 2.1.0 (OASIS, Errata 01). A scan that failed or has no results of its own is a fault: its silence must
 * not read as "no findings".
 */
export function readSarif(bytes: Uint8Array, context: ReaderContext): ReportReading<FindingsFact> {
  const runs = runsOf(parseReportJson(bytes, context.path), context)
  for (const run of runs) refuseFailedRun(run, context)
  const results = runs.flatMap((run) => (run.results ?? []).map((result) => ({ run, result })))
  const present = results.filter(({ result }) => result.baselineState !== 'absent')
  const open = present.filter(({ result }) => !isSuppressed(result))
  const findings = open.map(({ run, result }) => findingOf(run, result, context))
  return { fact: factOf(findings, present.length - open.length, runs), tool: toolOf(runs) }
}

function runsOf(document: unknown, context: ReaderContext): SarifRun[] {
  const parsed = sarifLog.safeParse(document, { error: schemaWords })
  if (!parsed.success) {
    const why = `it is not SARIF 2.1.0: ${mistakeOf(parsed.error)}`
    throw reportFault('EVIDENCE_WRONG_FORMAT', { path: context.path }, why, parsed.error)
  }
  const runs = parsed.data.runs ?? []
  if (runs.length > 0) return runs
  throw reportFault('EVIDENCE_EMPTY', { path: context.path }, 'it holds no run of a scanner, wanted at least one')
}

/** `results` absent or null means that the run did not look for any (3.14.23). */
function refuseFailedRun(run: SarifRun, context: ReaderContext): void {
  const failed = (run.invocations ?? []).find((invocation) => !invocation.executionSuccessful)
  const fail = (why: string): never => {
    throw reportFault('EVIDENCE_SCAN_FAILED', { path: context.path }, `scanner "${run.tool.driver.name}" ${why}`)
  }
  if (failed) {
    const said = [...(failed.toolExecutionNotifications ?? []), ...(failed.toolConfigurationNotifications ?? [])]
      .map((notification) => notification.message?.text ?? '')
      .find((text) => text !== '')
    fail(`says that it did not finish${said ? `: ${cleanText(said, 300)}` : ''}`)
  }
  if ((run.externalPropertyFileReferences?.results ?? []).length > 0) fail('keeps its results in another file')
  if (!run.results) fail('gave no list of results, not even an empty one')
}

/** Suppressed if at least one suppression is accepted, or has no status, which means the same (3.35.3). */
function isSuppressed(result: SarifResult): boolean {
  const suppressions = result.suppressions ?? []
  return suppressions.some((suppression) => (suppression.status ?? 'accepted') === 'accepted')
}

function findingOf(run: SarifRun, result: SarifResult, context: ReaderContext): Finding {
  const rule = ruleOf(run, result)
  const physical = result.locations?.[0]?.physicalLocation
  const uri = physical?.artifactLocation?.uri ?? run.artifacts?.[physical?.artifactLocation?.index ?? -1]?.location?.uri
  return {
    rule: cleanText(result.ruleId ?? result.rule?.id ?? rule?.id ?? '(no rule)', 200),
    level: levelOf(result, rule),
    message: cleanText(messageOf(result, rule), 1000),
    path: uri === undefined ? null : sourcePath(uri, context.sourceRoot),
    line: physical?.region?.startLine ?? null,
  }
}

/** By index, else by id, where `a/b` may name a rule `a` (3.27.5, 3.27.6, 3.52). */
function ruleOf(run: SarifRun, result: SarifResult): Rule | undefined {
  const extension = run.tool.extensions?.[result.rule?.toolComponent?.index ?? -1]
  const index = result.ruleIndex ?? result.rule?.index ?? -1
  const rules = (extension ?? run.tool.driver).rules ?? []
  const id = result.ruleId ?? result.rule?.id
  if (rules[index]) return rules[index]
  const everywhere = [rules, ...(run.tool.extensions ?? []).map((component) => component.rules ?? [])].flat()
  return everywhere.find((rule) => rule.id === id) ?? everywhere.find((rule) => id?.startsWith(`${rule.id}/`))
}

/** 3.27.10: `none` where `kind` is not `fail`; else its own level, the rule's default, `warning`. */
function levelOf(result: SarifResult, rule: Rule | undefined): FindingLevel {
  if ((result.kind ?? 'fail') !== 'fail') return 'none'
  return result.level ?? rule?.defaultConfiguration?.level ?? 'warning'
}

/** The message, or the rule's string of that id with its arguments in place (3.11.7). */
function messageOf(result: SarifResult, rule: Rule | undefined): string {
  const { text, markdown, id, arguments: values } = result.message ?? {}
  const template = text ?? rule?.messageStrings?.[id ?? '']?.text ?? markdown ?? id ?? ''
  return template.replaceAll(/\{(\d+)\}/g, (whole, index) => values?.[Number(index)] ?? whole)
}

function factOf(findings: Finding[], suppressed: number, runs: SarifRun[]): FindingsFact {
  const count = (level: FindingLevel): number => findings.filter((finding) => finding.level === level).length
  const sorted = findings.toSorted((a, b) => severity[a.level] - severity[b.level])
  return {
    kind: 'findings',
    tool: toolOf(runs).name,
    errors: count('error'),
    warnings: count('warning'),
    notes: count('note'),
    suppressed,
    findings: sorted.slice(0, detailsMax),
    findingsOmitted: Math.max(0, sorted.length - detailsMax),
  }
}

function toolOf(runs: SarifRun[]): ReportReading['tool'] {
  const names = [...new Set(runs.map((run) => run.tool.driver.name))]
  const driver = runs[0]?.tool.driver
  const version = names.length === 1 ? (driver?.semanticVersion ?? driver?.version ?? null) : null
  return { name: cleanText(names.join(', '), 200), version }
}
