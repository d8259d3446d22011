import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolicyMistakes } from './policy-mistakes.ts'
import { policyDigest, readPolicy } from './read-policy.ts'

const whole = `# the policy of the card
version: 1
reports:
  - { job: unit, path: junit.xml, format: junit, name: tests }
  - { job: unit, path: cobertura.xml, format: cobertura, name: coverage }
  - { job: lint, path: lint.sarif, format: sarif, name: code-scan }
gates:
  - name: quality
    after: test
    rules:
      - name: green
        expr: tests.total > 0 && tests.failed == 0
        requires: [tests]
        message: Every test must pass
      - name: covered
        expr: "coverage.lineRate >= 0.8"
        message: At least 80 % of lines must be covered
      - name: clean
        expr: evidence["code-scan"].errors == 0
        message: No error may be found
release: { job: build, path: dist }
environments:
  - name: production
    tier: production
    target: { kind: process, command: [node, main.js], health: { path: /healthz } }
    strategy: { kind: canary, steps: [10, 50, 100] }
`
const linesOf = (text: string): string[] => {
  try {
    readPolicy(text, 'sluice.yml')
    return []
  } catch (error) {
    if (!(error instanceof PolicyMistakes)) throw error
    return error.message.split('\n').slice(1)
  }
}

describe('readPolicy()', () => {
  it('reads a whole policy with its defaults', () => {
    const policy = readPolicy(whole, 'sluice.yml')
    expect(policy.gates[0]?.rules.map(({ requires }) => requires)).toEqual([['tests'], [], []])
    expect(policy.environments[0]?.strategy).toMatchObject({ kind: 'canary', analysis: { minRequests: 100 } })
  })

  it.each<[string, string, string, string]>([
    ['an unknown key', 'after: test', 'aftr: test', 'sluice.yml:9:5: gates[0].aftr: the policy has no such key'],
    [
      'a wrong format',
      'format: sarif',
      'format: sariff',
      'sluice.yml:6:44: reports[2].format: it is "sariff"; wanted one of junit, cobertura, sarif, cyclonedx',
    ],
    [
      'a misspelt report',
      'tests.failed',
      'test.failed',
      'sluice.yml:12:34: expr of rule "green": "test" is not a report that "reports" declares',
    ],
    ['a misspelt member', 'tests.failed', 'tests.faild', 'sluice.yml:12:40: expr of rule "green": No such key: faild'],
    ['a name with dashes', 'evidence["code-scan"]', 'code-scan', 'write evidence["code-scan"] for a name with dashes'],
    ['an undeclared name in evidence', '"code-scan"].errors', '"scan"].errors', 'No such key: scan'],
    [
      'no boolean',
      'tests.total > 0 && tests.failed == 0',
      'tests.total',
      'sluice.yml:12:15: expr of rule "green": it yields int, wanted bool',
    ],
    [
      'a quoted expression with a mistake',
      'lineRate >=',
      'lineRte >=',
      'sluice.yml:16:25: expr of rule "covered": No such key: lineRte',
    ],
    ['broken CEL', 'tests.failed == 0', 'tests.failed ==', 'expr of rule "green": Unexpected token'],
    [
      'a regular expression',
      'tests.failed == 0',
      'tests.failures.all(f, f.name.matches("(a+)+$"))',
      'matches() is not available',
    ],
    [
      'a loop in a loop',
      'tests.failed == 0',
      'tests.failures.all(f, tests.failures.all(g, f == g))',
      'list "failures" in a loop: a loop must look at one list only',
    ],
    [
      'evidence by a computed name',
      'evidence["code-scan"]',
      'evidence["code" + "-scan"]',
      'evidence wants the name of a report after it',
    ],
    [
      'too deep an expression',
      'tests.failed == 0',
      `${'('.repeat(40)}tests.failed == 0${')'.repeat(40)}`,
      'expr of rule "green"',
    ],
    [
      'a required name that is not declared',
      '[tests]',
      '[tests, sbom]',
      'sluice.yml:13:27: rule "green" requires report "sbom", which "reports" does not declare',
    ],
    ['a report twice', 'name: coverage', 'name: tests', 'sluice.yml:5:64: report "tests" is there twice, wanted once'],
    [
      'a report called as a word of CEL',
      'name: coverage',
      'name: list',
      'report "list" has a name that means something else',
    ],
    ['a rule twice', 'name: covered', 'name: green', 'rule "green" is there twice'],
    [
      'steps that fall',
      '[10, 50, 100]',
      '[50, 10, 100]',
      'canary step 10 of environment "production" follows 50: steps must rise',
    ],
    [
      'steps that end early',
      '[10, 50, 100]',
      '[10, 50]',
      'sluice.yml:26:43: last canary step of environment "production" is 50, wanted 100',
    ],
    ['a key twice', 'version: 1', 'version: 1\nversion: 1', 'sluice.yml:3:1: it is not YAML: Map keys must be unique'],
    ['a path out of the workspace', 'path: junit.xml', 'path: ../junit.xml', 'a relative path without ".."'],
    ['one of several paths out of it', 'path: junit.xml', 'path: [a.xml, ../b.xml]', 'a relative path without ".."'],
    ['no path at all', 'path: junit.xml', 'path: []', 'reports[0].path: it has 0 entries; wanted 1 entry at least'],
    ['a name of other letters', 'name: quality', 'name: Quality', 'gates[0].name: wanted lower-case letters, digits'],
    ['no name', 'name: quality', 'name:', 'gates[0].name: it is empty; wanted a text'],
    [
      'a missing key',
      '  - name: quality\n    after: test',
      '  - name: quality',
      'gates[0].after: it is missing; wanted a text',
    ],
    ['another version', 'version: 1', 'version: 2', 'version: it is 2; wanted 1'],
    ['a map for a list', 'steps: [10, 50, 100]', 'steps: {}', 'steps: it is a map of keys and values; wanted a list'],
    [
      'an unknown strategy',
      'kind: canary',
      'kind: blue',
      'strategy.kind: it is "blue"; wanted one of recreate, canary',
    ],
    ['no strategy', 'kind: canary', 'canary: true', 'strategy.kind: it is missing; wanted one of recreate, canary'],
    ['too large a step', '[10, 50, 100]', '[10, 500]', 'strategy.steps[1]: it is 500; wanted 100 at most'],
    ['a half step', '[10, 50, 100]', '[10.5, 100]', 'strategy.steps[0]: it is 10.5; wanted a whole number'],
    [
      'a relative address',
      'path: /healthz',
      'path: healthz',
      'it begins otherwise; wanted a text that begins with "/"',
    ],
    [
      'a setting of small letters',
      'health: {',
      'environment: { small: "1" }, health: {',
      'environments[0].target.environment.small: such a name cannot be used here; wanted capital letters, digits',
    ],
    ['a path of another type', 'path: junit.xml', 'path: 1', 'a relative path, or a list of 1 to 100 of them'],
    ['an open bracket', '[tests]', '[tests', 'it is not YAML'],
    ['an unknown tag', 'after: test', 'after: !secret test', 'it is not YAML: Unresolved tag: !secret'],
  ])('says where %s stands', (_, from, to, said) => {
    const lines = linesOf(whole.replace(from, () => to))
    expect(lines.join('\n')).toContain(said)
    for (const line of lines) expect(line).toMatch(/^sluice\.yml:\d+:\d+: \S/)
  })

  it.each([
    ['', 'it is empty'],
    ['# nothing yet\n', 'it is empty'],
    ['null\n', 'it is empty'],
    ['[]\n', 'it is a list'],
    ['version\n', 'it is a text'],
  ])('says of %j what was wanted', (text, found) => {
    expect(linesOf(text)).toEqual([
      `sluice.yml:1:1: the policy: ${found}; wanted a map of keys and values, such as "version: 1"`,
    ])
  })

  it('takes a report that is called like a member of every object', () => {
    const text = whole.replaceAll('tests', 'constructor')
    expect(readPolicy(text, 'sluice.yml').reports[0]?.name).toBe('constructor')
    expect(linesOf(text.replace('constructor.failed', 'constructor.faild'))).toEqual([
      expect.stringContaining('No such key: faild'),
    ])
  })

  it('tells all mistakes at once, in the order of the file', () => {
    const lines = linesOf(
      whole
        .replace('tests.failed', 'tests.faild')
        .replace('[10, 50, 100]', '[10]')
        .replace('name: coverage', 'name: tests'),
    )
    expect(lines.map((line) => line.split(':')[1])).toEqual(['5', '12', '16', '26'])
  })

  it('refuses an empty file, another version and more than 256 KiB', () => {
    expect(linesOf('')).toHaveLength(1)
    expect(linesOf('version: 2\n')[0]).toContain('sluice.yml:1:10: version')
    expect(() => readPolicy(`${whole}#${' '.repeat(262_144)}`, 'sluice.yml')).toThrow(
      expect.objectContaining({ code: 'POLICY_TOO_LARGE' }) as Error,
    )
  })

  it('refuses aliases that grow without end', () => {
    const levels = [
      'a: &a [x, x]',
      ...Array.from(
        'bcdefghij',
        (name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(', ')}]`,
      ),
    ]
    expect(linesOf(levels.join('\n')).join()).toContain('Excessive alias count')
  })

  it('refuses any other text with mistakes or reads it, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(whole.length), (junk, at) => {
        expect(linesOf(whole.slice(0, at) + junk + whole.slice(at))).toBeInstanceOf(Array)
      }),
    )
  })
})

describe('policyDigest()', () => {
  it('follows what the policy says, not how it is written', () => {
    const digest = policyDigest(readPolicy(whole, 'a'))
    expect(policyDigest(readPolicy(whole.replace('# the policy of the card\n', ''), 'b'))).toBe(digest)
    expect(policyDigest(readPolicy(whole.replace('0.8', '0.7'), 'a'))).not.toBe(digest)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})
