import { childJobOf, jobOf, planOf } from '@sluice/engine/testing'
import { expect, test } from 'vitest'
import { hideSecrets } from './hide-secrets.ts'

test('a secret is hidden wherever it was filled in, also one that holds another', () => {
  const variables = [
    { key: 'SHORT', value: 'secret-1', masked: true },
    { key: 'LONG', value: 'secret-1-and-more', masked: true },
    { key: 'EMPTY', value: '', masked: true },
    { key: 'PLAIN', value: 'seen' },
  ]
  const image = { name: 'registry/secret-1/app', entrypoint: ['secret-1-and-more'] }
  const [job] = hideSecrets(planOf([jobOf('a', 'test', { variables, image })])).jobs
  expect(job?.variables.map(({ value }) => value)).toEqual(['[masked]', '[masked]', '', 'seen'])
  expect(job?.image).toEqual({ name: 'registry/[masked]/app', entrypoint: ['[masked]'] })
})

test('a plan without secrets is left as it is', () => {
  const plan = planOf([jobOf('a', 'test')])
  expect(hideSecrets(plan)).toBe(plan)
})

test('a secret of a child is hidden too, and one that goes with it', () => {
  const child = planOf([jobOf('b', 'test', { variables: [{ key: 'A', value: 'secret-1', masked: true }] })])
  const job = childJobOf('a', 'test', null)
  const { downstream } = job
  if (downstream?.target.kind !== 'child') throw new Error('no child')
  const variables = [{ key: 'B', value: 'secret-2', masked: true }]
  const target = { ...downstream.target, plan: child }
  const hidden = hideSecrets(planOf([{ ...job, downstream: { ...downstream, variables, target } }]))
  expect(JSON.stringify(hidden)).not.toContain('secret-')
})
