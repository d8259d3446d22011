import type { PlanVariable } from '@sluice/contracts/plan'
import { describe, expect, test } from 'vitest'
import { refillVariable } from './refill-variable.ts'

const variables: PlanVariable[] = [
  { key: 'VERSION', value: '0' },
  { key: 'TITLE', value: 'title 0', written: 'title $VERSION' },
  { key: 'LONG', value: 'long title 0 5$', written: 'long ${TITLE} 5$$' },
  { key: 'OTHER', value: 'other app', written: 'other $NAME' },
  { key: 'NAME', value: 'app' },
  { key: 'RAW', value: '$VERSION', raw: true },
  { key: 'OF_RAW', value: '$VERSION 0', raw: true, written: '$RAW $VERSION' },
  { key: 'LATE', value: '$CI_PROJECT_DIR/0', written: '$CI_PROJECT_DIR/$VERSION' },
  { key: 'A', value: '$A 0', written: '$B $VERSION' },
  { key: 'B', value: '$A', written: '$A' },
  { key: 'SECRET', value: 'of key 0', masked: true, written: 'of $KEY $VERSION' },
  { key: 'KEY', value: 'key', masked: true },
]

describe('refillVariable()', () => {
  test.each<[string, string, Partial<PlanVariable>]>([
    ['TITLE', 'straight', { value: 'title 1.2' }],
    ['LONG', 'through another one', { value: 'long title 1.2 5$', raw: true }],
    ['OTHER', 'not at all', { value: 'other app' }],
    ['OF_RAW', 'beside one that is not filled in', { value: '$VERSION 1.2', raw: true }],
    ['LATE', 'beside one that only the executor knows', { value: '$CI_PROJECT_DIR/1.2' }],
    ['A', 'in a circle', { value: '$A 1.2' }],
    ['SECRET', 'beside a masked one', { value: 'of key 1.2', masked: true }],
  ])('%s, which leads to the report %s', (key, _, wanted) => {
    const refill = refillVariable(variables, new Map([['VERSION', '1.2']]))
    const [found] = variables.filter((variable) => variable.key === key).map(refill)
    expect(found).toMatchObject(wanted)
    expect(found?.raw).toBe(wanted.raw)
  })

  test('takes a value of a report as it is', () => {
    const refill = refillVariable(variables, new Map([['VERSION', '$NAME $$']]))
    expect(variables.slice(1, 2).map(refill)).toMatchObject([{ value: 'title $NAME $$', raw: true }])
  })

  test('leaves a value that would get too long', () => {
    const many: PlanVariable[] = [{ key: 'MANY', value: 'few', written: '$VERSION'.repeat(1000) }]
    expect(many.map(refillVariable(many, new Map([['VERSION', 'x'.repeat(5000)]])))).toEqual(many)
  })
})
