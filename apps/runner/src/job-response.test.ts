import type { PlanJob } from '@sluice/contracts/plan'
import { jobResponse, type JobResponse } from '@sluice/contracts/runner'
import { expect, it } from 'vitest'
import { jobResponseOf, type JobOffer } from '@sluice/execution'

const job: PlanJob = {
  name: 'test',
  stage: 'test',
  needs: null,
  dependencies: null,
  beforeScript: ['npm ci'],
  script: ['npm test'],
  afterScript: ['echo done'],
  variables: [
    { key: 'NODE_ENV', value: 'test' },
    { key: 'KEY', value: 'top-secret-value', masked: true, file: true },
  ],
  when: 'on_success',
  startInMs: null,
  allowFailure: false,
  retry: { max: 0, when: ['always'], exitCodes: [] },
  timeoutMs: 90_500,
  interruptible: true,
  resourceGroup: null,
  tags: [],
  image: null,
  services: [],
  environment: null,
  coverage: null,
  artifacts: {
    name: 'out',
    paths: ['dist'],
    exclude: ['dist/*.map'],
    untracked: false,
    when: 'on_success',
    expireInMs: 3_600_000,
    reports: { junit: ['junit.xml'] },
  },
  cache: [
    {
      key: 'npm-default',
      keyFiles: ['package-lock.json'],
      keyPrefix: 'npm',
      paths: ['.npm'],
      untracked: false,
      policy: 'pull-push',
      when: 'on_success',
    },
  ],
  definitionDigest: 'sha256:00',
  reasons: [],
}

const offer: JobOffer = {
  job,
  trigger: {
    source: 'push',
    ref: 'feature',
    refType: 'branch',
    commit: 'c'.repeat(40),
    beforeCommit: '0'.repeat(40),
    defaultBranch: 'main',
  },
  jobId: 12,
  jobToken: 'job-token-123456',
  sourcesToken: 'sources-token-1',
  project: { id: 3, slug: 'card' },
  repoUrl: 'http://127.0.0.1:7070/git/card.git',
  dependencies: [{ jobId: 11, token: 'other-token-12345', name: 'build', sizeBytes: 42 }],
  reportSources: [{ name: 'sbom', path: 'bom.json' }],
}

it('what jobResponseOf() makes is what the contract of the runner wants', () => {
  const response: JobResponse = jobResponseOf(offer)
  expect(jobResponse.parse(response)).toEqual(response)
})
