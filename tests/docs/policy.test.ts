import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPolicy } from '@sluice/gates'
import { describe, expect, test } from 'vitest'
import { blocksOf, root } from './documents.ts'

const guide = readFileSync(join(root, 'docs/guide/policy.md'), 'utf8')
const policyAt = (path: string) => readPolicy(readFileSync(join(root, path), 'utf8'), path)
const card = policyAt('card/sluice.yml')
const [, reports, gates, release, environments] = blocksOf(guide, 'yaml').map((text) => readPolicy(text, 'policy.md'))

test('every example of the guide is read without a mistake', () => {
  const examples = blocksOf(guide, 'yaml')
  expect(examples.length).toBe(5)
  for (const example of examples) expect(() => readPolicy(example, 'policy.md')).not.toThrow()
})

describe('the examples are the card’s', () => {
  test('reports', () => expect(reports?.reports).toEqual(card.reports))
  test('release', () => expect(release?.release).toEqual(card.release))
  test('environments', () => expect(environments?.environments).toEqual(card.environments))

  test('the first rule of the gate', () => {
    expect(gates?.gates[0]?.rules[0]).toEqual(card.gates[0]?.rules[0])
  })
})

test('a mistake in an example would be found', () => {
  const broken = blocksOf(guide, 'yaml')[2]?.replace('tests.failed', 'tests.faild') ?? ''
  expect(() => readPolicy(broken, 'policy.md')).toThrow('faild')
})

test('the policy of this repository is read without a mistake', () => {
  expect(policyAt('sluice.yml').gates.map(({ name }) => name)).toEqual(['quality'])
})
