import { canonicalJson } from '@sluice/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codesOfText, compileText, planOfText, requestOf } from '../testing/compile-text.ts'
import { memorySourceTree } from '../testing/memory-source-tree.ts'
import { pushToMain } from '../testing/push-to-main.ts'
import { compile } from './compile.ts'
import { compileFrom } from './compile-from.ts'
import type { CompileRequest } from './compile-request.ts'
import { planDigest } from './plan-digest.ts'
import { jobKeywords } from './read/keywords.ts'

const request = requestOf()

describe('compile()', () => {
  test('asks for the first file, then for what it includes, with the place', () => {
    expect(compile(request, new Map())).toEqual({
      kind: 'wanted',
      sources: [{ kind: 'local', key: '.gitlab-ci.yml', path: '.gitlab-ci.yml', place: null }],
    })
    expect(compileText('include: [/ci/a.yml, ci/$CI_COMMIT_BRANCH.yml]')).toEqual({
      kind: 'wanted',
      sources: [
        { kind: 'local', key: 'ci/a.yml', path: 'ci/a.yml', place: { path: '.gitlab-ci.yml', line: 1, column: 11 } },
        {
          kind: 'local',
          key: 'ci/main.yml',
          path: 'ci/main.yml',
          place: { path: '.gitlab-ci.yml', line: 1, column: 22 },
        },
      ],
    })
  })

  test('gives the same plan, byte for byte, for the same input', () => {
    const text = 'a: { script: x, variables: { B: $CI_COMMIT_SHA } }\nb: { script: y, needs: [a] }'
    expect(canonicalJson(planOfText(text))).toBe(canonicalJson(planOfText(text)))
    expect(planDigest(planOfText(text))).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('predefined variables are lowest and those of the project highest in precedence', () => {
    const text = 'variables: { A: g, B: g, C: g, CI: g }\nx: { script: x, variables: { B: j, C: j } }'
    const values = planOfText(text, { variables: [{ key: 'C', value: 'p' }] }).jobs[0]?.variables ?? []
    const found = Object.fromEntries(values.map(({ key, value }) => [key, value]))
    expect(found).toMatchObject({ A: 'g', B: 'j', C: 'p', CI: 'g', CI_JOB_NAME: 'x', CI_JOB_STAGE: 'test' })
  })

  test.each([
    ['an alias bomb', bomb(), 'PIPELINE_TOO_BIG'],
    ['deep nesting', `a: ${'['.repeat(120)}${']'.repeat(120)}`, 'PIPELINE_TOO_DEEP'],
    ['bottomless nesting', '['.repeat(50_000), 'PIPELINE_TOO_DEEP'],
    ['a file over 1 MiB', `# ${'x'.repeat(1_048_576)}`, 'PIPELINE_FILE_TOO_LARGE'],
    [
      '10001 jobs',
      Array.from({ length: 10_001 }, (_, index) => `j${index}: {script: x}`).join('\n'),
      'PIPELINE_TOO_MANY_JOBS',
    ],
    ['12 levels of extends', chain(12), 'PIPELINE_EXTENDS_DEPTH'],
    [
      'a default that every job repeats',
      `default: {before_script: [${'a, '.repeat(100_000)}]}\n${manyJobs(100)}`,
      'PIPELINE_TOO_BIG',
    ],
    [
      'variables that double each other in every job',
      `variables: {${doubling()}}\n${manyJobs(4000)}`,
      'PIPELINE_TOO_BIG',
    ],
    [
      'a matrix of very many variables',
      `j: {script: x, parallel: {matrix: [{${Array.from({ length: 20_000 }, (_, index) => `A${index}: 1`).join(', ')}}]}}`,
      'PIPELINE_WRONG_VALUE',
    ],
    ['thousands of levels of extends', chain(8000), 'PIPELINE_EXTENDS_DEPTH'],
    ['no job', 'stages: [a]', 'PIPELINE_NO_JOBS'],
    ['an empty file', '', 'PIPELINE_NO_JOBS'],
    ['a list', '- a', 'PIPELINE_WRONG_TYPE'],
    ['a third document', 'spec: {}\n---\na: {script: x}\n---\nb: {}', 'PIPELINE_WRONG_VALUE'],
    ['151 includes', `include: [${'ci/a.yml, '.repeat(151)}]\na: {script: x}`, 'wanted'],
  ])('$0 ends in $2', (_name, text, code) => expect(codesOfText(text)).toContain(code))

  test.each([
    ['include: [https://example.com/a.yml]'],
    ['include: { project: group/ci, file: a.yml }'],
    ['include: { template: A.gitlab-ci.yml }'],
    ['include: { component: example.com/group/ci/a@1.0.0 }'],
  ])('without a source for it, %s is a mistake', async (text) => {
    const tree = memorySourceTree({ '.gitlab-ci.yml': `${text}\na: {script: x}` })
    const result = await compileFrom(request, tree)
    expect(result.kind === 'mistakes' && result.mistakes.map(({ code, message }) => [code, message])).toEqual([
      ['PIPELINE_INCLUDE_FAILED', expect.stringMatching(/: only files of the repository itself can be included here$/)],
    ])
  })

  test('more than 150 includes are a mistake', async () => {
    const tree = memorySourceTree({
      '.gitlab-ci.yml': `include: [${'ci/a.yml, '.repeat(151)}]`,
      'ci/a.yml': 'a: {script: x}',
    })
    const result = await compileFrom(request, tree)
    expect(result.kind === 'mistakes' && result.mistakes.map(({ code }) => code)).toEqual(['PIPELINE_INCLUDE_LIMIT'])
  })

  test('matching that would take too long is a mistake', () => {
    const files = Array.from({ length: 50_000 }, (_, index) => `src/${index}.c`)
    const jobs = Array.from({ length: 500 }, (_, job) => `j${job}: {script: x, rules: [exists: ['src/${job}-*']]}`)
    const result = compileText(jobs.join('\n'), { files })
    expect(result.kind === 'mistakes' && result.mistakes[0]?.code).toBe('PIPELINE_TOO_MUCH_MATCHING')
  })

  test('inputs of a job cannot multiply without end', () => {
    const script = '${{ job.inputs.a }}'.repeat(2000)
    const result = compileText(`x: { script: "${script}", inputs: { a: { default: "${'y'.repeat(60_000)}" } } }`)
    expect(result.kind === 'mistakes' && result.mistakes.map(({ code }) => code)).toEqual(['PIPELINE_TOO_BIG'])
  })

  test('11 levels of extends and chains of 5000 needs are fine', () => {
    expect(planOfText(chain(11)).jobs).toHaveLength(1)
    const jobs = Array.from(
      { length: 5000 },
      (_, index) => `j${index}: {script: x${index > 0 ? `, needs: [j${index - 1}]` : ''}}`,
    )
    expect(planOfText(jobs.toReversed().join('\n')).jobs).toHaveLength(5000)
  })

  test('10,000 jobs by matrix are planned, 10,200 are one mistake', () => {
    const matrix = '{A: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], B: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], C: [1, 2]}'
    const jobs = (count: number): string =>
      Array.from({ length: count }, (_, index) => `j${index}: {script: x, parallel: {matrix: [${matrix}]}}`).join('\n')
    expect(planOfText(jobs(50)).jobs).toHaveLength(10_000)
    expect(codesOfText(jobs(51))).toEqual(['PIPELINE_TOO_MANY_JOBS'])
  })

  test('dependencies of parallel jobs on parallel jobs may not multiply without end', () => {
    const names = Array.from({ length: 40 }, (_, index) => `j${index}`)
    const first = names.map((name) => `${name}: {stage: build, script: x, parallel: 200}`)
    const last = `l: {script: x, parallel: 200, dependencies: [${names.join(', ')}]}`
    const more = Array.from({ length: 5 }, (_, index) => last.replace('l:', `l${index}:`))
    expect(planOfText([...first, last].join('\n')).jobs).toHaveLength(8200)
    expect(codesOfText([...first, ...more].join('\n'))).toEqual(['PIPELINE_TOO_BIG'])
    const needs = `n: {script: x, needs: [${Array.from({ length: 5000 }, (_, index) => names[index % 40]).join(', ')}]}`
    expect(codesOfText([...first, needs].join('\n'))).toEqual(['PIPELINE_WRONG_VALUE'])
  })

  test('a long script that parallel would repeat too often is a mistake', () => {
    expect(codesOfText(`j: {script: "${'x'.repeat(500_000)}", parallel: 200}`)).toEqual(['PIPELINE_TOO_BIG'])
  })

  test('reports the mistakes of all jobs at once, in the order of the text', () => {
    const result = compileText('a: {scirpt: x}\nb: {script: x, when: nver}\nc: {script: x, needs: [d]}')
    const lines = result.kind === 'mistakes' ? result.mistakes.map(({ place }) => place.line) : []
    expect(lines).toEqual([1, 1, 2, 3])
  })

  test('refuses every keyword of GitLab that it cannot plan', () => {
    const result = compileText('x: { script: x, type: { a: b } }')
    const messages = result.kind === 'mistakes' ? result.mistakes.map(({ code, message }) => `${code} ${message}`) : []
    expect(messages).toEqual(['PIPELINE_UNSUPPORTED Cannot plan job "x": keyword "type" is not supported yet'])
  })
})

describe('any value of any keyword', () => {
  test.each(jobKeywords.known)('%s gives a plan or mistakes with their places', (keyword) => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const result = compileText(`x: { script: a, ${keyword}: ${JSON.stringify(value)} }`)
        const places = result.kind === 'mistakes' ? result.mistakes.map(({ place }) => place.line) : [1]
        expect(places.length > 0 && places.every((line) => line >= 1)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('text that nothing can take', () => {
  test.each([
    ['NUL', 'x: { script: "a\\0b" }'],
    ['half of a surrogate pair', 'x: { script: "a\\ud800" }'],
  ])('%s is a mistake with its place', (_, text) => {
    expect(compileText(text)).toMatchObject({
      kind: 'mistakes',
      mistakes: [{ code: 'PIPELINE_WRONG_VALUE', place: { path: '.gitlab-ci.yml', line: 1 } }],
    })
  })
})

describe('definitionDigest', () => {
  const base = 'x: { script: make, variables: { A: $CI_COMMIT_SHA }, needs: [] }'
  const digest = (text: string, changes: Partial<CompileRequest> = {}): string | undefined =>
    planOfText(text, changes).jobs[0]?.definitionDigest

  test('stays when only the change differs', () => {
    const changes = { trigger: { ...pushToMain, commit: '9'.repeat(40) } }
    expect(digest(base, changes)).toBe(digest(base))
    expect(digest(`${base}\ny: { script: y }`)).toBe(digest(base))
  })

  test.each([
    ['a variable of the workflow', `workflow: { rules: [{ variables: { BASH_ENV: ./lib.sh } }] }\n${base}`],
    [
      'a variable of the chosen rule',
      base.replace('{ script', '{ rules: [{ variables: { BASH_ENV: ./lib.sh } }], script'),
    ],
    ['a variable of all jobs', `variables: { BASH_ENV: ./lib.sh }\n${base}`],
    ['another runner', base.replace('{ script', '{ tags: [mine], script')],
    ['a time limit', base.replace('{ script', '{ timeout: 1 second, script')],
    ['a failure that does not count', base.replace('{ script', '{ allow_failure: true, script')],
    ['more tries', base.replace('{ script', '{ retry: 2, script')],
    ['another time', base.replace('{ script', '{ when: always, script')],
    ['an environment', base.replace('{ script', '{ environment: production, script')],
  ])('changes with %s', (_, text) => {
    expect(digest(text)).not.toBe(digest(base))
  })

  test.each([
    'script: make x',
    'image: a',
    'services: [a]',
    'before_script: [a]',
    'artifacts: { paths: [a] }',
    'cache: { paths: [a] }',
    'variables: { A: b }',
    'needs: [{ job: z, optional: true }]',
  ])('changes with %s', (part) => {
    const [key = ''] = part.split(':')
    const rest = base
      .slice(0, -2)
      .replace(new RegExp(`${key}: (\\{.*?\\}|\\[.*?\\]|\\w+),?`), '')
      .replace(/,\s*$/, '')
    expect(digest(`${rest}, ${part} }`)).not.toBe(digest(base))
  })
})

describe('definitionDigest, of what feeds a job', () => {
  const base = `
stages: [build, test]
install: { stage: build, script: npm ci, cache: { key: modules, paths: [m], policy: pull-push } }
make: { stage: build, script: make, artifacts: { paths: [out] } }
alone: { stage: build, script: lint }
test: { stage: test, script: npm test, needs: [make], cache: { key: modules, paths: [m], policy: pull } }
all: { stage: test, script: npm test }
some: { stage: test, script: npm test, dependencies: [] }
`
  const digests = (text: string): Record<string, string> =>
    Object.fromEntries(planOfText(text).jobs.map(({ name, definitionDigest }) => [name, definitionDigest]))
  const changed = (text: string): string[] => {
    const [before, after] = [digests(base), digests(text)]
    return Object.keys(before).filter((name) => before[name] !== after[name])
  }

  test.each([
    ['who saves its cache', base.replace('npm ci', 'npm ci; poison'), ['install', 'test']],
    ['whose artifacts it takes', base.replace('script: make', 'script: fake'), ['make', 'test', 'all']],
    ['nobody’s: it hands nothing on', base.replace('script: lint', 'script: other'), ['alone']],
    [
      'one that joins in saving the cache',
      `${base}more: { script: x, cache: { key: modules, paths: [m] } }`,
      ['install', 'test'],
    ],
    [
      'one that joins an earlier stage with artifacts',
      `${base}more: { stage: build, script: x, artifacts: { paths: [x] } }`,
      ['all'],
    ],
    ['one that joins with a cache of its own', `${base}more: { script: x, cache: { key: other, paths: [m] } }`, []],
    [
      'another need by a rule',
      `${base.replace('needs: [make]', 'needs: [make], rules: [{ when: on_success, needs: [more] }]')}more: { stage: build, script: x }`,
      ['test'],
    ],
    [
      'what feeds the one that feeds it',
      `${base.replace('script: make,', 'script: make, cache: { key: tools, paths: [t], policy: pull },')}more: { script: x, cache: { key: tools, paths: [t] } }`,
      ['make', 'test', 'all'],
    ],
  ])('changes with a change of %s', (_, text, wanted) => {
    expect(changed(text)).toEqual(wanted)
  })

  test.each([
    ['fallback_keys', `fallback_keys: [main]`, ''],
    ['CACHE_FALLBACK_KEY', `paths: [m]`, 'variables: { CACHE_FALLBACK_KEY: main }'],
  ])('changes with who saves a cache that it may get by %s', (_, said, variables) => {
    const pipeline = (script: string): string =>
      `${variables}\na: { script: ${script}, cache: { key: main, paths: [m], policy: push } }\nb: { script: x, cache: { key: own, policy: pull, ${said} } }`
    expect(digests(pipeline('x'))['b']).not.toBe(digests(pipeline('y'))['b'])
  })

  test.each([
    ['more of the same key files', 'files: [lock, none]', true],
    ['the same file, told by a pattern', 'files: [lo?k]', true],
    ['commits of the files', 'files_commits: [lock]', true],
    ['the key files of another prefix', 'files: [lock], prefix: other', false],
  ])('changes with who saves a cache under %s: %s', (_, key, isFed) => {
    const pipeline = (script: string): string =>
      `a: { script: ${script}, cache: { key: { ${key} }, paths: [m] } }\nb: { script: x, cache: { key: { files: [lock] }, policy: pull, paths: [m] } }`
    expect(digests(pipeline('x'))['b'] !== digests(pipeline('y'))['b']).toBe(isFed)
  })

  test.each([
    ['saves', '$FROM_A_REPORT', 'own'],
    ['asks for', 'own', 'own-$FROM_A_REPORT'],
  ])('changes with who saves any cache, where one %s a key that is known late', (_, saved, asked) => {
    const pipeline = (script: string): string =>
      `a: { script: ${script}, cache: { key: ${saved}, paths: [m] } }\nb: { script: x, cache: { key: ${asked}, policy: pull, paths: [m] } }`
    expect(digests(pipeline('x'))['b']).not.toBe(digests(pipeline('y'))['b'])
  })

  test('two that save and read one cache feed each other', () => {
    const ring = (a: string, b: string): string =>
      `a: { script: ${a}, cache: { key: k, paths: [m] } }\nb: { script: ${b}, cache: { key: k, paths: [m] } }`
    expect(digests(ring('x', 'y'))['a']).not.toBe(digests(ring('x', 'z'))['a'])
    expect(digests(ring('x', 'y'))['a']).not.toBe(digests(ring('x', 'y'))['b'])
    expect(digests(ring('x', 'y'))).toEqual(digests(ring('x', 'y')))
  })
})

describe('compile() on any text', () => {
  const word = fc.constantFrom(
    'script',
    'a',
    'stages',
    'needs',
    'extends',
    'rules',
    'if',
    'include',
    'default',
    'when',
    'variables',
    '.a',
    'cache',
    'artifacts',
    'workflow',
    '<<',
    'image',
    'environment',
    'retry',
    'parallel',
    'matrix',
    'only',
    'except',
    'changes',
    'exists',
    'regexp',
    'auto_cancel',
  )
  const leaf = fc.oneof(
    fc.constantFrom('$A == "b"', 'a', '.a', 'manual', '1', 'null', 'true', '&x', '*x', '!reference [a, script]', "''"),
    fc.string(),
  )
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
      fc
        .array(fc.tuple(word, tie('value')), { maxLength: 4 })
        .map((pairs) => `{${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')}}`),
    ),
  }))
  const pipeline = fc
    .array(fc.tuple(word, value), { maxLength: 6 })
    .map((pairs) => pairs.map(([k, v]) => `${k}: ${v}\n`).join(''))

  test('never throws, is deterministic, and mistakes have a place', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), pipeline), (text) => {
        const result = compileText(text)
        expect(canonicalJson(compileText(text))).toBe(canonicalJson(result))
        if (result.kind !== 'mistakes') return
        expect(result.mistakes.length).toBeGreaterThan(0)
        for (const { place, message } of result.mistakes) {
          expect(place.line >= 1 && place.column >= 1 && message.startsWith('Cannot ')).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

function manyJobs(count: number): string {
  return Array.from({ length: count }, (_, index) => `j${index}: {script: x}`).join('\n')
}

function doubling(): string {
  return ['V0: xxxxxxxxxx', ...Array.from({ length: 20 }, (_, index) => `V${index + 1}: $V${index}$V${index}`)].join(
    ', ',
  )
}

function bomb(): string {
  const levels = Array.from(
    { length: 12 },
    (_, index) => `.l${index}: &l${index} [${`*l${index - 1}, `.repeat(index === 0 ? 0 : 10)}x]`,
  )
  return `${levels.join('\n')}\na: {script: *l11}`
}

function chain(levels: number): string {
  const bases = Array.from(
    { length: levels - 1 },
    (_, index) => `.b${index}: {${index > 0 ? `extends: .b${index - 1}, ` : ''}script: x}`,
  )
  return `${bases.join('\n')}\njob: {extends: .b${levels - 2}}`
}
