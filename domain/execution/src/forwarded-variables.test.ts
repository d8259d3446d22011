import { expect, test } from 'vitest'
import { forwardedVariables } from './forwarded-variables.ts'

const dotenv = [
  { key: 'VERSION', value: '1.1' },
  { key: 'VERSION', value: '1.2' },
]
const variables = [
  { key: 'IMAGE', value: 'app:$VERSION-${NOTHING}$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
  { key: 'SECRET', value: 'x$VERSION', masked: true },
  { key: 'VERSION', value: 'none' },
]
const filled = [
  { key: 'IMAGE', value: 'app:1.2-$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
  { key: 'SECRET', value: 'x1.2', masked: true },
]

test('fills in what reports say, and nothing for what nobody says', () => {
  const forwarded = forwardedVariables({ variables, forwardsPipelineVariables: false }, dotenv)
  expect(forwarded).toEqual([...filled, { key: 'VERSION', value: 'none' }])
})

test('hands on the reports where variables of the pipeline go with it', () => {
  const forwarded = forwardedVariables({ variables, forwardsPipelineVariables: true }, dotenv)
  expect(forwarded).toEqual([...filled, { key: 'VERSION', value: '1.2' }])
})

test('does not let a small pipeline hand on endless text', () => {
  const large = [{ key: 'A', value: 'x'.repeat(5000) }]
  const many = Array.from({ length: 100 }, (_, index) => ({ key: `V${index}`, value: '$A'.repeat(100) }))
  const forwarded = forwardedVariables({ variables: many, forwardsPipelineVariables: false }, large)
  const lengths = forwarded.map(({ value }) => value.length)
  expect(Math.max(...lengths)).toBe(65_000)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(1_045_000)
})
