import type { TestsFact } from '@sluice/contracts/evidence'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReport } from '../read-report.ts'
import { encodeUtf8 } from '../text/encode-utf8.ts'
import { durationMs } from './duration-ms.ts'

const read = (xml: string): TestsFact =>
  readReport('junit', encodeUtf8(xml), { sourceRoot: '/builds/card' }).fact as TestsFact
const codeOf = (xml: string): unknown => {
  try {
    read(xml)
    return null
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('readReport() of JUnit XML', () => {
  it('counts cases by their worst mark and lists those that did not pass', () => {
    const fact = read(`<testsuites name="vitest tests"><testsuite name="ledger" file="/builds/card/src/ledger.test.ts">
      <testcase name="a" time="0.5"/><testcase name="b" time="1.25"><failure message="was 2"/></testcase>
      <testcase name="c"><error type="TypeError">boom</error></testcase><testcase name="d"><skipped/></testcase>
      <testcase name="e"><skipped/><failure/></testcase></testsuite></testsuites>`)
    expect(fact).toMatchObject({ total: 5, passed: 1, failed: 2, errors: 1, skipped: 1, durationMs: 1750 })
    expect(fact.failures[0]).toEqual({
      name: 'b',
      suite: 'ledger',
      outcome: 'failed',
      message: 'was 2',
      file: 'src/ledger.test.ts',
    })
    expect(fact.failures[1]).toMatchObject({ outcome: 'error', message: 'TypeError' })
  })

  it.each([
    [
      'nested suites',
      '<testsuite><testsuite><testsuite><testcase/></testsuite></testsuite><testcase/></testsuite>',
      2,
      2,
    ],
    ['no attributes at all', '<testsuite><testcase/></testsuite>', 1, 1],
    [
      'a flaky failure',
      '<testsuite><testcase><flakyFailure><stackTrace>x</stackTrace></flakyFailure></testcase></testsuite>',
      1,
      1,
    ],
    ['GoogleTest not run', '<testsuite><testcase status="notrun"/></testsuite>', 1, 0],
    [
      'a repeated case of which one failed',
      '<testsuite><testcase name="a"/><testcase name="a"><failure/></testcase></testsuite>',
      2,
      1,
    ],
    ['a prefix', '<j:testsuite xmlns:j="urn:x"><j:testcase/></j:testsuite>', 1, 1],
    ['a suite that broke as a whole', '<testsuite name="s"><error message="cannot load"/></testsuite>', 1, 0],
    ['control characters and unknown entities', '<testsuite><testcase name="\u0001&nbsp;&#7;"/></testsuite>', 1, 1],
    ['a case in a failed case', '<testsuite><testcase><failure/><testcase/></testcase></testsuite>', 2, 1],
    ['a failure after a case in a case', '<testsuite><testcase><testcase/><failure/></testcase></testsuite>', 3, 2],
    [
      'entities named like members of objects',
      '<testsuite><testcase name="&constructor;&__proto__;"/></testsuite>',
      1,
      1,
    ],
    ['no test', '<testsuites/>', 0, 0],
  ])('reads %s', (_, xml, total, passed) => {
    expect(read(xml)).toMatchObject({ total, passed })
  })

  it.each([
    ['status="failed"', { failed: 1, passed: 0 }],
    ['result="FAILURE"', { failed: 1, passed: 0 }],
    ['status="error"', { failed: 1, passed: 0 }],
    ['status="run" result="completed"', { failed: 0, passed: 1 }],
  ])('counts a case by its attribute %s', (attribute, wanted) => {
    expect(read(`<testsuite><testcase name="a" ${attribute}/></testsuite>`)).toMatchObject({ total: 1, ...wanted })
  })

  it('keeps the message of CDATA without control characters', () => {
    const fact = read('<testsuite><testcase><failure><![CDATA[a < b\u001b[31m]]></failure></testcase></testsuite>')
    expect(fact.failures[0]?.message).toBe('a < b[31m')
  })

  it('survives bytes that are no UTF-8, and reads Latin-1 and UTF-16', () => {
    const bad = [
      ...encodeUtf8('<testsuite><testcase name="'),
      0xff,
      0xc3,
      0x28,
      ...encodeUtf8('"><failure/></testcase></testsuite>'),
    ]
    const fact = readReport('junit', Uint8Array.from(bad)).fact as TestsFact
    expect(fact.failures[0]?.name).toBe('\ufffd\ufffd(')
    const latin =
      '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="\u00e9"><failure/></testcase></testsuite>'
    const asLatin = readReport(
      'junit',
      Uint8Array.from(latin, (letter) => letter.charCodeAt(0)),
    ).fact as TestsFact
    expect(asLatin.failures[0]?.name).toBe('é')
    const wide = `\ufeff<testsuite><testcase name="通过"><failure/></testcase></testsuite>`
    const units = Uint16Array.from(wide, (letter) => letter.charCodeAt(0))
    const asWide = readReport('junit', new Uint8Array(units.buffer)).fact as TestsFact
    expect(asWide.failures[0]?.name).toBe('通过')
  })

  it.each([
    ['EVIDENCE_EMPTY', ' \n '],
    ['EVIDENCE_NOT_XML', '{"total": 3}'],
    ['EVIDENCE_NOT_XML', '<testsuite><testcase></testsuite>'],
    ['EVIDENCE_NOT_XML', '<testsuite/><testsuite/>'],
    ['EVIDENCE_TRUNCATED', '<testsuite><testcase name="a"'],
    ['EVIDENCE_TRUNCATED', '<testsuite><testcase/>'],
    ['EVIDENCE_TRUNCATED', '<testsuite><testcase><failure><![CDATA[half'],
    ['EVIDENCE_WRONG_FORMAT', '<coverage line-rate="1"/>'],
    ['EVIDENCE_WRONG_FORMAT', '<testsuites><suite><test result="failure"/></suite></testsuites>'],
    ['EVIDENCE_FORBIDDEN_XML', '<!DOCTYPE t [<!ENTITY a "&b;&b;"><!ENTITY b "x">]><testsuite/>'],
    ['EVIDENCE_FORBIDDEN_XML', `${'<testsuite>'.repeat(201)}${'</testsuite>'.repeat(201)}`],
    ['EVIDENCE_COUNTS_DISAGREE', '<testsuite failures="1"><testcase name="a"/></testsuite>'],
    [
      'EVIDENCE_COUNTS_DISAGREE',
      '<testsuites><testsuite errors="2"><testcase><error/></testcase></testsuite></testsuites>',
    ],
  ])('refuses with %s: %s', (code, xml) => {
    expect(codeOf(xml)).toBe(code)
  })

  it('says where a report breaks off', () => {
    expect(() => readReport('junit', encodeUtf8('<testsuite>\n<testcase'), { path: 'out/junit.xml' })).toThrow(
      expect.objectContaining({ place: { path: 'out/junit.xml', line: 2, column: 10 } }) as Error,
    )
  })

  it('refuses more than 100 MB without looking into it', () => {
    expect(() => readReport('junit', new Uint8Array(100_000_001))).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_TOO_LARGE' }) as Error,
    )
  })

  it('lists a thousand failures and counts the rest', () => {
    const fact = read(`<testsuite>${'<testcase><failure/></testcase>'.repeat(1003)}</testsuite>`)
    expect([fact.failures.length, fact.failuresOmitted, fact.failed]).toEqual([1000, 3, 1003])
  })

  it('finds what was written, whatever the mix of outcomes', () => {
    const outcome = fc.constantFrom('', '<failure/>', '<error/>', '<skipped/>')
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.string()), { maxLength: 30 }), (cases) => {
        const escaped = (name: string): string => name.replaceAll(/[&<"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
        const xml = cases.map(([mark, name]) => `<testcase name="${escaped(name)}">${mark}</testcase>`).join('\n')
        const count = (mark: string): number => cases.filter(([written]) => written === mark).length
        expect(read(`<testsuite>${xml}</testsuite>`)).toMatchObject({
          total: cases.length,
          passed: count(''),
          failed: count('<failure/>'),
          errors: count('<error/>'),
          skipped: count('<skipped/>'),
        })
      }),
    )
  })

  it('never takes a prefix of a report for a whole one', () => {
    const whole =
      '<?xml version="1.0"?><testsuites><testsuite name="s"><testcase><failure>x</failure></testcase></testsuite></testsuites>'
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
        expect(codeOf(whole.slice(0, length))).toMatch(/^EVIDENCE_(TRUNCATED|NOT_XML)$/)
      }),
    )
  })
})

describe('durationMs()', () => {
  it.each([
    ['1.5', 1500],
    ['0,25', 250],
    ['1,234.5', 1_234_500],
    ['1.234,5', 1_234_500],
    ['1,234', 1_234_000],
    ['12,345,678.0', 12_345_678_000],
    ['', 0],
    ['-3', 0],
    ['soon', 0],
    [undefined, 0],
  ])('reads %s as %d ms', (written, wanted) => {
    expect(durationMs(written)).toBe(wanted)
  })
})
