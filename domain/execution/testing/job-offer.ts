import type { PlanJob } from '@sluice/contracts/plan'
import type { JobOffer } from '../src/job-response-of.ts'

/** A job that has something of everything a runner is told. */
export const jobToOffer: PlanJob = {
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

/** Its offer to a runner. */
export const jobOffer: JobOffer = {
  job: jobToOffer,
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
  cacheRuns: { own: '7', others: ['6', '4'] },
  reportSources: [
    { name: 'sbom', path: 'bom.json' },
    { name: 'all', path: ['unit.xml', 'it/*.xml'] },
  ],
}
