import type { ReportSource } from '@sluice/contracts/policy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression, reservedNames } from './compile.ts'

const sources: ReportSource[] = [
  { job: 'sbom', path: 'bom.json', format: 'cyclonedx', name: 'sbom' },
  { job: 'unit', path: 'coverage.xml', format: 'cobertura', name: 'coverage' },
  { job: 'lint', path: 'lint.sarif', format: 'sarif', name: 'code-scan' },
]

describe('compileExpression()', () => {
  it.each<[string, string[], string[][]]>([
    ['sbom.total > 0', ['sbom'], [['sbom', 'total']]],
    ['evidence.sbom.total > 0', ['sbom'], [['evidence', 'sbom', 'total']]],
    ['evidence["code-scan"].errors == 0', ['code-scan'], [['evidence', 'code-scan', 'errors']]],
    [
      'run.isolated || sbom["total"] > 1',
      ['sbom'],
      [
        ['run', 'isolated'],
        ['sbom', 'total'],
      ],
    ],
    ['sbom.total > 0 && sbom.total < 9', ['sbom'], [['sbom', 'total']]],
    [
      'sbom.components.all(c, c.licence in sbom.licences)',
      ['sbom'],
      [
        ['sbom', 'components'],
        ['sbom', 'licences'],
      ],
    ],
    ['sbom.components.all(coverage, coverage.name != "")', ['sbom'], [['sbom', 'components']]],
    ['sbom.components.filter(c, c.name == "x").size() == 0', ['sbom'], [['sbom', 'components']]],
    ['type(sbom.total) == int', ['sbom'], [['sbom', 'total']]],
    ['coverage.lineRate != null ? coverage.lineRate > 0.8 : false', ['coverage'], [['coverage', 'lineRate']]],
    ['true', [], []],
  ])('finds what %s reads', (expr, reports, paths) => {
    expect(compileExpression(expr, sources)).toMatchObject({ ok: true, reports, paths })
  })

  it.each([
    ['sbom.components.all(c, sbom.components.exists(d, d == c))', 'list "components" in a loop'],
    ['sbom.components.all(c, c in sbom.components)', 'list "components" in a loop'],
    ['sbom.components.all(c, [c].exists(d, true))', 'exists() in a loop'],
    ['sbom.specVersion.matches("(a+)+$")', 'matches() is not available'],
    ['evidence.exists(name, true)', 'evidence wants the name of a report'],
    ['sbom', 'a whole report of components, wanted bool'],
    ['sbom.totl > 0', 'No such key: totl'],
    ['bom.total > 0', '"bom" is not a report that "reports" declares'],
    ['code-scan.errors == 0', 'write evidence["code-scan"]'],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'Exceeded maxDepth'],
    ['sbom.components.all(c, sbom == sbom)', 'a whole report in a loop'],
    [`true${' && true'.repeat(600)}`, 'Exceeded maxAstNodes'],
  ])('refuses %s', (expr, mistake) => {
    const compiled = compileExpression(expr, sources)
    expect(compiled.ok ? '' : compiled.mistake).toContain(mistake)
  })

  it('answers for any text, and a compiled one only throws what CEL throws', () => {
    const piece = fc.constantFrom(
      'sbom',
      '.',
      'total',
      '(',
      ')',
      '>',
      '0',
      '[',
      ']',
      '"a"',
      'in',
      '!',
      '?',
      ':',
      'has',
      'all',
      ',',
      ' ',
      'run',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 15 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (expr) => {
        const compiled = compileExpression(expr, sources)
        expect(compiled.ok || compiled.mistake.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('takes every name that is not reserved as a variable', () => {
    for (const name of ['tests', 'sbom', 'matches', 'contains', 'a1']) {
      expect(reservedNames.has(name)).toBe(false)
      expect(compileExpression(`${name}.total > 0`, [{ job: 'j', path: 'p', format: 'junit', name }]).ok).toBe(true)
    }
  })
})
