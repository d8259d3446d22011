import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import type { ReportFormat } from '@sluice/contracts/policy'
import { describe, expect, it } from 'vitest'
import { readReport } from './read-report.ts'

/**
 * Reports of public projects, kept outside of this repository (their licences and sizes). Name their folder in
 * SLUICE_SHARED_DATA, or put it at ../shared/data beside the checkout; without it these tests are skipped.
 */
const root = process.env['SLUICE_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data')
const absent = existsSync(root) ? false : `no public reports at SLUICE_SHARED_DATA or ../shared/data`

type Figures = Record<string, number>
const read = (format: ReportFormat, path: string): unknown => {
  try {
    return readReport(format, readFileSync(join(root, path)), { path }).fact
  } catch (error) {
    return (error as { code: string }).code
  }
}
const filesBelow = (folders: string[], pattern: RegExp): string[] => {
  if (absent !== false) return []
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((path) => `${folder}/${String(path)}`),
    )
    .filter((path) => pattern.test(path))
    .toSorted((a, b) => a.localeCompare(b))
}
const textOf = (path: string): string =>
  readFileSync(join(root, path), 'utf8')
    .replaceAll(/<!\[CDATA\[.*?\]\]>/gs, '')
    .replaceAll(/<!--.*?-->/gs, '')

/** A second count of JUnit by cutting the text apart, without an XML parser. */
function countCases(text: string): Figures {
  const figures = { total: 0, passed: 0, failed: 0, errors: 0, skipped: 0 }
  const cases = /<testcase(?=[\s/>])(?:[^"'>]|"[^"]*"|'[^']*')*?(?:\/>|>(.*?)<\/testcase>)/gs
  const outside = text.replaceAll(cases, '')
  for (const [whole, body = ''] of text.matchAll(cases)) {
    figures.total += 1
    const notRun =
      /^<testcase[^>]*\s(?:(?:status|result)=["'](?:notrun|skipped|disabled|ignored|suppressed)["']|skipped=["']true["'])/i
    if (/<failure[\s/>]/.test(body)) figures.failed += 1
    else if (/<error[\s/>]/.test(body)) figures.errors += 1
    else if (/<(?:skipped|ignored|disabled)[\s/>]/.test(body) || notRun.test(whole)) figures.skipped += 1
    else figures.passed += 1
  }
  const whole = {
    failed: outside.match(/<failure[\s/>]/g)?.length ?? 0,
    errors: outside.match(/<error[\s/>]/g)?.length ?? 0,
  }
  figures.failed += whole.failed
  figures.errors += whole.errors
  figures.total += whole.failed + whole.errors
  return figures
}

/** A second count of Cobertura's lines: one set of `file:line` for all, one for those that were hit. */
function countLines(text: string): Figures {
  const all = new Set<string>()
  const hit = new Set<string>()
  for (const [, attributes = '', body = ''] of text.matchAll(/<class\s([^>]*[^/])>(.*?)<\/class>/gs)) {
    const file = /filename="([^"]*)"/.exec(attributes)?.[1] ?? /name="([^"]*)"/.exec(attributes)?.[1]
    for (const [line] of body.matchAll(/<line\s[^>]*>/g)) {
      const key = `${file}:${/number="(\d+)"/.exec(line)?.[1]}`
      all.add(key)
      if (!/hits="0"/.test(line)) hit.add(key)
    }
  }
  return { linesTotal: all.size, linesCovered: hit.size }
}

const junitRoot = /^\ufeff?\s*(?:<[?!][^>]*>\s*)*<(?:testsuites?|testcase)[\s>/]/
const junitFolders = [
  'junit-jenkins',
  'junit-action',
  'junit-xunit',
  'coverage-model/edu/hm/hafner/coverage/parser/junit',
]
const junitFiles = filesBelow(junitFolders, /\.xml$/)
/** Reports that claim more failures than they show, one that stops in the middle, and one of another tool's format. */
const unsound =
  /1472|CorruptTest|flaky_with_classname_file|boosttest\/testcase12|fpcunit\/testcase2|mbunit|unittest\+\+|xunitdotnet\/testcase2\/result|check\/testcase[13]\/input|check\/testcase2\/input|parser\/junit\/empty/

describe('JUnit of public projects', () => {
  it.skipIf(absent)(
    `has each sound report counted as by cutting the text apart (${absent || `${junitFiles.length} files`})`,
    () => {
      const sound = junitFiles.filter((path) => junitRoot.test(textOf(path)) && !unsound.test(path))
      expect(sound.length).toBeGreaterThan(150)
      for (const path of sound)
        expect([path, read('junit', path)]).toEqual([path, expect.objectContaining(countCases(textOf(path)))])
    },
  )

  it.skipIf(absent)('refuses the others with a reason', () => {
    const others = junitFiles.filter((path) => !junitRoot.test(textOf(path)) || unsound.test(path))
    expect(others.length).toBeGreaterThan(60)
    const codes = others.map((path) => [path, read('junit', path)] as const)
    for (const [path, code] of codes) expect([path, code]).toEqual([path, expect.stringMatching(/^EVIDENCE_/)])
    expect(new Set(codes.map(([, code]) => code))).toEqual(
      new Set([
        'EVIDENCE_WRONG_FORMAT',
        'EVIDENCE_TRUNCATED',
        'EVIDENCE_COUNTS_DISAGREE',
        'EVIDENCE_NOT_XML',
        'EVIDENCE_FORBIDDEN_XML',
      ]),
    )
  })
})

describe('Cobertura of public projects', () => {
  const files = filesBelow(
    ['coverage-model/edu/hm/hafner/coverage/parser', 'chainloop-materials'],
    /\/(cobertura|vectorcast)[^/]*(\/.*)?\.xml$/,
  )

  it.skipIf(absent)(`has its lines counted as by cutting the text apart (${absent || `${files.length} files`})`, () => {
    expect(files.length).toBeGreaterThan(20)
    for (const path of files)
      expect([path, read('cobertura', path)]).toEqual([path, expect.objectContaining(countLines(textOf(path)))])
  })

  it.skipIf(absent)('refuses JaCoCo and Clover, whose roots look alike', () => {
    const others = filesBelow(['coverage-model/edu/hm/hafner/coverage/parser'], /\/(jacoco|clover)\/.*\.xml$/)
    expect(others.length).toBeGreaterThan(10)
    for (const path of others) expect([path, read('cobertura', path)]).toEqual([path, 'EVIDENCE_WRONG_FORMAT'])
  })
})

describe('SARIF of public projects', () => {
  const files = filesBelow(
    ['sarif-sdk', 'sarif-tutorials', 'defectdojo-sarif', 'chainloop-materials'],
    /(\.sarif|issue_10191\.json)$/,
  )
  const refused: Record<string, string> = {
    'Catastrophic configuration error.sarif': 'EVIDENCE_SCAN_FAILED',
    'NoInputFiles.sarif': 'EVIDENCE_EMPTY',
    'no_runs.sarif': 'EVIDENCE_EMPTY',
  }
  interface Log {
    runs: { results: { baselineState?: string; kind?: string; suppressions?: { status?: string }[] }[] }[]
  }

  it.skipIf(absent)(`has every result counted once (${absent || `${files.length} files`})`, () => {
    expect(files.length).toBeGreaterThan(30)
    for (const path of files) {
      const reason = refused[path.slice(path.lastIndexOf('/') + 1)]
      if (reason) {
        expect([path, read('sarif', path)]).toEqual([path, reason])
        continue
      }
      const log = JSON.parse(readFileSync(join(root, path), 'utf8').replace(/^\ufeff/, '')) as Log
      const results = log.runs.flatMap((run) => run.results).filter((result) => result.baselineState !== 'absent')
      const fact = read('sarif', path) as { suppressed: number; findings: unknown[]; findingsOmitted: number }
      expect([path, fact.suppressed + fact.findings.length + fact.findingsOmitted]).toEqual([path, results.length])
    }
  })
})

describe('CycloneDX of its own project', () => {
  const folders = ['cyclonedx-1.6', 'cyclonedx-1.7', 'defectdojo-cyclonedx', 'chainloop-materials']
  const files = filesBelow(folders, /(cyclonedx[^/]*\/[^/]*|sbom\.cyclonedx[^/]*)\.json$/)
  const countComponents = (owner: { components?: object[] }): number =>
    (owner.components ?? []).reduce((sum, one) => sum + 1 + countComponents(one as { components?: object[] }), 0)

  it.skipIf(absent)(`reads what is valid and counts it (${absent || `${files.length} files`})`, () => {
    const valid = files.filter((path) => !path.includes('/invalid'))
    expect(valid.length).toBeGreaterThan(50)
    for (const path of valid) {
      const total = countComponents(JSON.parse(readFileSync(join(root, path), 'utf8')) as object)
      expect([path, read('cyclonedx', path)]).toEqual([path, expect.objectContaining({ kind: 'components', total })])
    }
  })

  it.skipIf(absent)('refuses what is invalid', () => {
    const invalid = files.filter((path) => path.includes('/invalid'))
    expect(invalid.length).toBeGreaterThan(25)
    for (const path of invalid) expect([path, read('cyclonedx', path)]).toEqual([path, 'EVIDENCE_WRONG_FORMAT'])
  })
})
