import type { FigureView } from '@sluice/contracts/api'
import { expect, it } from 'vitest'
import { doraFigures, figureText, frequencyOf } from './dora.ts'

const figure = (value: number | null, unit: FigureView['unit']): FigureView => ({
  value,
  unit,
  n: 3,
  reason: null,
  percentiles: null,
  entries: [],
})

it.each([
  [4.25, 'dora.perDay', 4.3],
  [24.6, 'dora.perDay', 25],
  [1, 'dora.perDay', 1],
  [0.5, 'dora.perWeek', 3.5],
  [1 / 30, 'dora.perMonth', 1],
  [0, 'dora.perMonth', 0],
])('frequencyOf() says %d a day as %s %d', (perDay, key, count) => {
  expect(frequencyOf(perDay)).toEqual({ key, count })
})

it.each([
  ['no figure as a dash', figure(null, 'ms'), '–'],
  ['a duration', figure(3_900_000, 'ms'), '1 小时 5 分'],
  ['a ratio', figure(0.125, 'ratio'), '12.5 %'],
  ['a frequency', figure(2, 'per-day'), 'dora.perDay 2'],
])('figureText() writes %s', (_, view, expected) => {
  expect(figureText(view, 'zh-CN', ({ key, count }) => `${key} ${count}`)).toBe(expected)
})

it('doraFigures() gives all five', () => {
  const any = figure(1, 'ms')
  const dora = {
    windowMs: 1,
    leadTime: any,
    deploymentFrequency: any,
    failedDeploymentRecoveryTime: any,
    changeFailRate: any,
    deploymentReworkRate: any,
  }
  expect(doraFigures(dora).map((each) => each.key)).toEqual(Object.keys(dora).filter((key) => key !== 'windowMs'))
})
