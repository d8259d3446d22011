import type { PlanJob } from '@sluice/contracts/plan'
import { expect, it } from 'vitest'
import { artifactSourcesOf } from './artifact-sources-of.ts'

const jobs = [
  { name: 'build', stage: 'build' },
  { name: 'docs', stage: 'build' },
  { name: 'test', stage: 'test' },
] as PlanJob[]
const plan = { stages: ['build', 'test', 'deploy'], jobs }
const need = (job: string, artifacts: boolean) => ({ job, artifacts, optional: false })

it.each([
  ['all of the earlier stages', { needs: null, dependencies: null }, ['build', 'docs', 'test']],
  ['those that dependencies names', { needs: null, dependencies: ['docs'] }, ['docs']],
  ['none for empty dependencies', { needs: null, dependencies: [] }, []],
  ['needs with artifacts alone', { needs: [need('build', true), need('test', false)], dependencies: null }, ['build']],
  [
    'needs that dependencies names as well',
    { needs: [need('build', true), need('docs', true), need('test', false)], dependencies: ['docs', 'test'] },
    ['docs'],
  ],
  ['none for needs and empty dependencies', { needs: [need('build', true)], dependencies: [] }, []],
] as const)('a job receives the artifacts of %s', (_, job, sources) => {
  const { needs, dependencies } = job
  const planned = { needs: needs && [...needs], dependencies: dependencies && [...dependencies], stage: 'deploy' }
  expect(artifactSourcesOf(plan, planned)).toEqual(sources)
})
