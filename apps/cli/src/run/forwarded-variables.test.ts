import { expect, test } from 'vitest'
import { forwardedVariables } from './forwarded-variables.ts'

const dotenv = [{ key: 'VERSION', value: '1.2' }]
const variables = [
  { key: 'IMAGE', value: 'app:$VERSION-${NOTHING}$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
  { key: 'VERSION', value: 'none' },
]
const filled = [
  { key: 'IMAGE', value: 'app:1.2-$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
]

test('fills in what reports say, and nothing for what nobody says', () => {
  const forwarded = forwardedVariables({ variables, forwardsPipelineVariables: false }, dotenv)
  expect(forwarded).toEqual([...filled, { key: 'VERSION', value: 'none' }])
})

test('hands on the reports where variables of the pipeline go with it', () => {
  const forwarded = forwardedVariables({ variables, forwardsPipelineVariables: true }, dotenv)
  expect(forwarded).toEqual([...filled, ...dotenv])
})
