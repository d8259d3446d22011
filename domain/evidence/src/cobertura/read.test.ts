import type { CoverageFact } from '@sluice/contracts/evidence'
import { describe, expect, it } from 'vitest'
import { readReport } from '../read-report.ts'
import { encodeUtf8 } from '../text/encode-utf8.ts'

const read = (xml: string, sourceRoot?: string): CoverageFact =>
  readReport('cobertura', encodeUtf8(xml), sourceRoot === undefined ? {} : { sourceRoot }).fact as CoverageFact
const report = (classes: string, head = ''): string =>
  `<coverage line-rate="1" lines-covered="99" lines-valid="99">${head}<packages><package><classes>${classes}</classes></package></packages></coverage>`

describe('readReport() of Cobertura XML', () => {
  it('counts lines itself, whatever the attributes claim', () => {
    const fact = read(
      report('<class filename="a.ts"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>'),
    )
    expect(fact).toMatchObject({ linesCovered: 1, linesTotal: 2, lineRate: 0.5, branchRate: null })
    expect(fact.files).toEqual([{ path: 'a.ts', linesCovered: 1, linesTotal: 2 }])
  })

  it('counts a line once a file though methods and classes repeat it, covered if any ran it', () => {
    const line = (hits: number): string =>
      `<line number="7" hits="${hits}" branch="true" condition-coverage="50% (1/2)"/>`
    const fact = read(
      report(`<class filename="a"><methods><method><lines>${line(0)}</lines></method></methods><lines>${line(3)}</lines></class>
        <class filename="a"><lines>${line(0)}</lines></class><class filename="b"><lines>${line(0)}</lines></class>`),
    )
    expect(fact).toMatchObject({ linesCovered: 1, linesTotal: 2, branchesCovered: 2, branchesTotal: 4 })
  })

  it('takes branches from conditions where the line has no counts', () => {
    const line =
      '<line number="1" hits="1" branch="true"><conditions><condition type="jump" coverage="50%"/></conditions></line>'
    expect(read(report(`<class filename="a"><lines>${line}</lines></class>`))).toMatchObject({
      branchesCovered: 1,
      branchesTotal: 2,
    })
  })

  it.each([
    ['/builds/card/src/a.ts', '', 'src/a.ts'],
    ['a.ts', '<sources><source>/builds/card/src</source></sources>', 'src/a.ts'],
    ['src\\a.ts', '', 'src/a.ts'],
    ['a.ts', '<sources><source>/builds/card/x</source><source>/builds/card/y</source></sources>', 'a.ts'],
    ['a.ts', '<sources><source>/elsewhere</source></sources>', 'a.ts'],
  ])('makes path %s with "%s" to %s', (filename, head, wanted) => {
    const fact = read(
      report(`<class filename="${filename}"><lines><line number="1" hits="1"/></lines></class>`, head),
      '/builds/card',
    )
    expect(fact.files[0]?.path).toBe(wanted)
  })

  it('has no rate where there is nothing to cover', () => {
    expect(read(report(''))).toMatchObject({ linesTotal: 0, lineRate: null, branchRate: null })
  })

  it.each([
    ['EVIDENCE_WRONG_FORMAT', '<report name="jacoco"/>'],
    ['EVIDENCE_WRONG_FORMAT', '<coverage generated="1"><project/></coverage>'],
    ['EVIDENCE_WRONG_FORMAT', report('<class filename="a"><lines><line number="x" hits="1"/></lines></class>')],
    ['EVIDENCE_WRONG_FORMAT', report('<class filename="a"><lines><line number="1" hits="-1"/></lines></class>')],
    ['EVIDENCE_TRUNCATED', report('').slice(0, -5)],
    ['EVIDENCE_FORBIDDEN_XML', '<!DOCTYPE coverage [<!ENTITY x SYSTEM "file:///etc/passwd">]><coverage/>'],
  ])('refuses with %s', (code, xml) => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code }) as Error)
  })
})
