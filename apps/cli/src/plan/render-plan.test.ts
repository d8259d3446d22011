import type { Plan } from '@sluice/contracts/plan'
import { compile, type CompileResult } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { cutTo, displayWidth, padTo } from './display-width.ts'
import { renderExplain } from './render-explain.ts'
import { renderMistakes } from './render-mistakes.ts'
import { renderPlanTable } from './render-plan-table.ts'

const text = `
build:
  stage: build
  script: make
  artifacts: { paths: [out], public: true }
lint:
  script: lint
  needs: []
  allow_failure: true
测试:
  script: test
  needs: [build]
deploy:
  stage: deploy
  script: ./deploy
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      when: delayed
      start_in: 5 min
release:
  stage: deploy
  script: ./release
  rules:
    - if: $CI_COMMIT_TAG
`

function compileText(source: string): CompileResult {
  return compile(
    {
      project: 'card',
      trigger: {
        source: 'push',
        ref: 'main',
        refType: 'branch',
        commit: '1',
        beforeCommit: '0',
        defaultBranch: 'main',
      },
      path: '.gitlab-ci.yml',
      variables: [],
      predefined: [{ key: 'CI_COMMIT_BRANCH', value: 'main' }],
      changedPaths: null,
      files: [],
    },
    new Map([['.gitlab-ci.yml', source]]),
  )
}

function planOf(source: string): Plan {
  const result = compileText(source)
  if (result.kind !== 'plan') throw new Error(JSON.stringify(result))
  return result.plan
}

describe('renderPlanTable()', () => {
  test('has a line a job, then the jobs that are out with why, then warnings', () => {
    expect(renderPlanTable(planOf(text), { colour: false, width: 120 })).toBe(
      [
        'STAGE   JOB     NEEDS           WHEN                  WHY',
        'build   build   earlier stages  on_success            no rules: runs with when: on_success',
        'test    lint    nothing         on_success, may fail  no rules: runs with when: on_success',
        'test    测试    build           on_success            no rules: runs with when: on_success',
        'deploy  deploy  earlier stages  delayed 5 min         rules[0] matched: $CI_COMMIT_BRANCH == "main" → when: delayed',
        '',
        'Not in the plan:',
        'deploy  release  no rule matched: rules[0] did not match: $CI_COMMIT_TAG',
        '',
        'warning: .gitlab-ci.yml:5:30: Keyword "artifacts:public" of job "build" has no effect yet',
      ].join('\n'),
    )
  })

  test('cuts every line of the table to the width', () => {
    const [table = ''] = renderPlanTable(planOf(text), { colour: false, width: 50 }).split('\n\n')
    for (const line of table.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(50)
    expect(table).toContain('…')
  })

  test('writes colours only when asked', () => {
    expect(renderPlanTable(planOf(text), { colour: false, width: 80 })).not.toContain('\u001b')
    expect(renderPlanTable(planOf(text), { colour: true, width: 80 })).toContain('\u001b[')
  })

  test('says when no job runs', () => {
    const plan = planOf('workflow: { rules: [{ if: $NO }] }\na: { script: x }')
    expect(renderPlanTable(plan, { colour: false, width: 80 })).toBe(
      'No job runs for this change.\n\nNot in the plan:\ntest  a  workflow: no rule matched, so no job runs',
    )
  })

  test('shows control characters of a job name instead of sending them to the terminal', () => {
    const shown = renderPlanTable(planOf('"a\\e[2J\\nb": { script: x }'), { colour: false, width: 80 })
    expect(shown).toContain('a\\u{1b}[2J\\u{a}b')
  })
})

describe('renderExplain()', () => {
  test('tells the chain of reasons with places and the values seen', () => {
    expect(renderExplain(planOf(text), 'deploy')).toBe(
      [
        'deploy is in the plan: stage deploy, when: delayed; waits for all jobs of earlier stages',
        '  1. rules[0] matched: $CI_COMMIT_BRANCH == "main" → when: delayed  (.gitlab-ci.yml:17:7)',
        '       $CI_COMMIT_BRANCH is "main"',
      ].join('\n'),
    )
  })

  test('tells why a job is out', () => {
    expect(renderExplain(planOf(text), 'release')).toBe(
      [
        'release is not in the plan (stage deploy)',
        '  1. rules[0] did not match: $CI_COMMIT_TAG  (.gitlab-ci.yml:24:7)',
        '       $CI_COMMIT_TAG is not set',
        '  2. no rule matched  (.gitlab-ci.yml:20:1)',
      ].join('\n'),
    )
  })

  test('tells of every job that a parallel one stands for', () => {
    const plan = planOf('a: { script: x, parallel: 2, rules: [{ if: $CI_NODE_INDEX == "1" }] }')
    expect(renderExplain(plan, 'a').split('\n')).toEqual([
      'a 1/2 is in the plan: stage test, when: on_success; waits for all jobs of earlier stages',
      '  1. parallel: job 1 of 2 of a  (.gitlab-ci.yml:1:27)',
      '  2. rules[0] matched: $CI_NODE_INDEX == "1" → when: on_success  (.gitlab-ci.yml:1:38)',
      '       $CI_NODE_INDEX is "1"',
      '',
      'a 2/2 is not in the plan (stage test)',
      '  1. parallel: job 2 of 2 of a  (.gitlab-ci.yml:1:27)',
      '  2. rules[0] did not match: $CI_NODE_INDEX == "1"  (.gitlab-ci.yml:1:38)',
      '       $CI_NODE_INDEX is "2"',
      '  3. no rule matched  (.gitlab-ci.yml:1:1)',
    ])
  })

  test('names the nearest job for one that is not defined', () => {
    expect(renderExplain(planOf(text), 'delpoy')).toBe(
      'Cannot explain job "delpoy": the pipeline has no such job; nearest name: "deploy"',
    )
  })
})

describe('renderMistakes()', () => {
  test('has a line a mistake with its place', () => {
    const result = compileText('a:\n  scirpt: x\n  script: "\\e"\nb: 1')
    expect(result.kind === 'mistakes' && renderMistakes(result.mistakes)).toBe(
      [
        '.gitlab-ci.yml:2:3: Cannot plan job "a": keyword "scirpt" is unknown; nearest name: "script"',
        '.gitlab-ci.yml:4:1: Cannot read job "b": it is number 1; wanted a map with script',
      ].join('\n'),
    )
  })
})

describe('displayWidth()', () => {
  test.each([
    ['abc', 3],
    ['测试', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['，', 2],
    ['', 0],
  ])('of %j is %i', (given, width) => expect(displayWidth(given)).toBe(width))

  test('cutTo() and padTo() count columns, not letters', () => {
    expect(cutTo('测试任务', 5)).toBe('测试…')
    expect(padTo('测试', 6)).toBe('测试  ')
  })
})
