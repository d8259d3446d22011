import { jobOf, needs, planOf } from '@sluice/engine/testing'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../plan/display-width.ts'
import { graphColumns } from './graph-columns.ts'
import { renderGraphSvg } from './render-graph-svg.ts'
import { renderGraphText } from './render-graph-text.ts'

const delayed = { when: 'delayed' as const, startInMs: 300_000 }
const byStages = planOf([
  jobOf('编译', '构建'),
  jobOf('依赖安装', '构建'),
  jobOf('lint', '测试', { allowFailure: true }),
  jobOf('发布', '部署', { when: 'manual' }),
])
const byNeeds = planOf([
  jobOf('install', 'build', { needs: [] }),
  jobOf('compile', 'build', { needs: needs('install') }),
  jobOf('unit-test', 'test', { needs: needs('install') }),
  jobOf('end-to-end-test', 'test', delayed),
  jobOf('package', 'deploy', { needs: needs('compile', 'unit-test', 'end-to-end-test', 'install') }),
])
const text = (plan: typeof byStages, width = 80): string => renderGraphText(plan, { colour: false, width })

test('stages without needs are columns, Chinese names in line', () => {
  expect(text(byStages).split('\n')).toEqual([
    '构建     → 测试            → 部署',
    '─────────┬─────────────────┬──────────────',
    '编译     │ lint (may fail) │ 发布 (manual)',
    '依赖安装 │                 │',
  ])
})

test('with needs, and where columns have no room, each job says what it waits for', () => {
  expect(text(byNeeds, 60).split('\n')).toEqual([
    'build',
    '├─ install',
    '└─ compile                      ← install',
    'test',
    '├─ unit-test                    ← install',
    '└─ end-to-end-test (delayed 5 … ← all earlier stages',
    'deploy',
    '└─ package                      ← compile, unit-test,',
    '                                  end-to-end-test, install',
  ])
  expect(text(byStages, 30)).toContain('└─ lint (may fail) ← all ear…')
})

test.each([[30], [40], [80], [200]])('no line is wider than a terminal of %i columns', (width) => {
  const plan = planOf([
    jobOf('部'.repeat(90), 'stage'.repeat(30)),
    jobOf('x', 'next', { needs: needs('部'.repeat(90)) }),
  ])
  for (const one of [byStages, byNeeds, plan])
    expect(Math.max(...text(one, width).split('\n').map(displayWidth))).toBeLessThanOrEqual(width)
})

test('a plan without jobs says so', () => {
  expect(text(planOf([]))).toBe('No job runs for this change.')
  expect(renderGraphSvg(planOf([]))).toContain('No job runs for this change.')
})

test('every job stands right of all that it needs, also within a stage', () => {
  const columns = graphColumns(byNeeds)
  expect(columns.map(({ stage, isFirst, jobs }) => [stage, isFirst, jobs.map(({ name }) => name)])).toEqual([
    ['build', true, ['install']],
    ['build', false, ['compile']],
    ['test', true, ['unit-test', 'end-to-end-test']],
    ['deploy', true, ['package']],
  ])
})

describe('the picture', () => {
  test('is the same for the same plan, and needs nothing from outside', () => {
    const svg = renderGraphSvg(byNeeds)
    expect(renderGraphSvg(structuredClone(byNeeds))).toBe(svg)
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>\n[\s\S]*<\/svg>\n$/)
    expect(svg.match(/https?:/g)).toHaveLength(1)
  })

  test('has a box a job, dashed for one that waits for a person or a time, and a bar where a stage is waited for', () => {
    const svg = renderGraphSvg(byStages)
    expect(svg.match(/<rect class="box/g)).toHaveLength(4)
    expect(svg.match(/<rect class="box asked"/g)).toHaveLength(1)
    expect(svg.match(/<line class="bar"/g)).toHaveLength(2)
  })

  test('shows names as text, whatever they hold', () => {
    const svg = renderGraphSvg(planOf([jobOf('</text><script>alert("&")</script>\u001B[2J', 'a')]))
    expect(svg).not.toContain('<script>')
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;')
    expect(svg).not.toContain('\u001B')
  })
})
