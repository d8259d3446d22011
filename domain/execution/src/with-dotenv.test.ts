import { expect, it } from 'vitest'
import { jobToOffer as job } from '../testing/job-offer.ts'
import { withDotenv } from './with-dotenv.ts'

const dotenv = [
  { key: 'VERSION', value: '1.2' },
  { key: 'NODE_ENV', value: 'from report' },
]

it('withDotenv() lets reports win over the own variables and fills in what the plan left open', () => {
  const variables = [
    ...job.variables,
    { key: 'IMAGE', value: 'app:${VERSION} $OTHER $$VERSION' },
    { key: 'RAW', value: '$VERSION', raw: true },
  ]
  expect(withDotenv({ ...job, variables }, dotenv).variables).toEqual([
    { key: 'KEY', value: 'top-secret-value', masked: true, file: true },
    { key: 'IMAGE', value: 'app:1.2 $OTHER $$VERSION' },
    { key: 'RAW', value: '$VERSION', raw: true },
    { key: 'VERSION', value: '1.2' },
    { key: 'NODE_ENV', value: 'from report' },
  ])
})

it('withDotenv() fills in image, artifacts, cache, environment and release', () => {
  const [cache] = job.cache
  if (cache === undefined || job.artifacts === null) throw new Error('the job has a cache and artifacts')
  const filled = withDotenv(
    {
      ...job,
      image: { name: 'app:$VERSION', entrypoint: [] },
      environment: { name: 'a', url: 'https://$VERSION.example.org', action: 'start' },
      artifacts: { ...job.artifacts, paths: ['$VERSION/'], reports: { junit: ['$VERSION/junit.xml'] } },
      cache: [
        { ...cache, key: 'k-$VERSION', fallbackKeys: ['f-$VERSION'] },
        { ...cache, keyFiles: ['lock-$VERSION'], keyPrefix: 'p-$VERSION' },
      ],
      release: { tagName: 'v$VERSION', description: 'Release $VERSION' },
    },
    dotenv,
  )
  expect(filled).toMatchObject({
    image: { name: 'app:1.2' },
    environment: { url: 'https://1.2.example.org' },
    artifacts: { paths: ['1.2/'], reports: { junit: ['1.2/junit.xml'] } },
    cache: [
      { key: 'k-1.2', fallbackKeys: ['f-1.2'] },
      { keyFiles: ['lock-1.2'], keyPrefix: 'p-1.2' },
    ],
    release: { tagName: 'v1.2', description: 'Release 1.2' },
  })
})

it('withDotenv() lets what was given for the run win over reports', () => {
  const { variables } = withDotenv(job, dotenv, new Set(['NODE_ENV']))
  expect(variables).toContainEqual({ key: 'NODE_ENV', value: 'test' })
  expect(variables).toContainEqual({ key: 'VERSION', value: '1.2' })
})

it('withDotenv() makes no job larger than it should be', () => {
  const variables = [{ key: 'MANY', value: '$VERSION'.repeat(1000) }]
  const large = [{ key: 'VERSION', value: 'x'.repeat(5000) }]
  const [many] = withDotenv({ ...job, variables }, large).variables
  expect(many?.value.length).toBeLessThan(1_100_000)
  expect(many?.value.endsWith('$VERSION')).toBe(true)
})

it('withDotenv() leaves a job that receives nothing as it is', () => {
  expect(withDotenv(job, [])).toBe(job)
})
