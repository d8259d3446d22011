import { describe, expect, it } from 'vitest'
import { jobOffer as offer, jobToOffer as job } from '../testing/job-offer.ts'
import { jobResponseOf } from './job-response-of.ts'

describe('jobResponseOf', () => {
  it('hands reports in whatever the result, gzipped, those of the policy among them', () => {
    const artifacts = jobResponseOf(offer).artifacts ?? []
    expect(artifacts.map((one) => [one.artifact_type, one.artifact_format, one.when, one.paths])).toEqual([
      ['archive', 'zip', 'on_success', ['dist']],
      ['junit', 'gzip', 'always', ['junit.xml']],
      ['sluice_report', 'gzip', 'always', ['bom.json']],
      ['sluice_report', 'gzip', 'always', ['unit.xml', 'it/*.xml']],
    ])
    expect(artifacts[2]?.name).toBe('sbom')
    expect(artifacts[0]?.expire_in).toBe('3600 seconds')
  })

  it('cuts script and after_script as GitLab does', () => {
    expect(jobResponseOf(offer).steps).toEqual([
      { name: 'script', script: ['npm ci', 'npm test'], timeout: 91, when: 'on_success', allow_failure: false },
      { name: 'after_script', script: ['echo done'], timeout: 300, when: 'always', allow_failure: true },
    ])
  })

  it('keeps the token out of the address and masks it as a variable', () => {
    const response = jobResponseOf(offer)
    expect(response.git_info.repo_url).not.toContain('job-token')
    expect(response.variables.find(({ key }) => key === 'CI_JOB_TOKEN')).toMatchObject({ masked: true, public: false })
  })

  it.each([
    ['branch', '+refs/heads/feature:refs/remotes/origin/feature'],
    ['tag', '+refs/tags/feature:refs/tags/feature'],
  ] as const)('fetches a %s by its refspec', (refType, refspec) => {
    const response = jobResponseOf({ ...offer, trigger: { ...offer.trigger, refType } })
    expect(response.git_info.refspecs).toEqual([refspec])
  })

  it('lets a job have the caches of its own run, else those of the newest good runs', () => {
    const [cache] = job.cache
    if (cache === undefined) throw new Error('the job has a cache')
    const plain = { ...cache, key: 'default', keyFiles: [] }
    const withCaches = { ...job, cache: [cache, plain, { ...cache, keyPrefix: '' }] }
    const response = jobResponseOf({ ...offer, job: withCaches })
    expect(response.cache?.map((one) => [one.key, one.sluice_earlier_keys, one.fallback_keys])).toEqual([
      ['npm-r7', ['npm-r6', 'npm-r4'], []],
      ['default-r7', [], ['default-r6', 'default-r4']],
      ['r7', ['r6', 'r4'], []],
    ])
  })

  it.each([
    ['main', 'branch', true],
    ['feature', 'branch', false],
    ['main', 'tag', false],
  ] as const)('tells whether %s (%s) is protected: %s', (ref, refType, isProtected) => {
    const response = jobResponseOf({ ...offer, trigger: { ...offer.trigger, ref, refType } })
    expect(response.git_info.protected).toBe(isProtected)
  })

  it('tells a runner of image, services and hooks as GitLab does', () => {
    const image = { name: 'node:24', entrypoint: ['sh'], pullPolicy: ['always' as const], docker: { user: 'dave' } }
    const service = {
      name: 'postgres:18',
      alias: 'db',
      command: ['start'],
      variables: [{ key: 'A', value: 'b', raw: true }],
      kubernetes: { user: '1001' },
    }
    const hooks = { preGetSourcesScript: ['echo'] }
    const response = jobResponseOf({ ...offer, job: { ...job, image, services: [service], hooks } })
    expect(response.image).toEqual({
      name: 'node:24',
      entrypoint: ['sh'],
      pull_policy: ['always'],
      executor_opts: { docker: { user: 'dave' } },
    })
    expect(response.services).toEqual([
      {
        name: 'postgres:18',
        alias: 'db',
        command: ['start'],
        variables: [{ key: 'A', value: 'b', public: true, masked: false, file: false, raw: true }],
        executor_opts: { kubernetes: { user: '1001' } },
      },
    ])
    expect(response).toMatchObject({ hooks: [{ name: 'pre_get_sources_script', script: ['echo'] }] })
  })

  it('says nothing of image, services and hooks that a job does not have', () => {
    expect(Object.keys(jobResponseOf(offer))).not.toContain('hooks')
    expect([jobResponseOf(offer).image, jobResponseOf(offer).services]).toEqual([undefined, undefined])
  })

  it('keeps a cache that all runs share apart, and looks for fallback keys among the same runs', () => {
    const [cache] = job.cache
    if (cache === undefined) throw new Error('the job has a cache')
    const plain = { ...cache, keyFiles: [], key: 'a', fallbackKeys: ['b', 'c'] }
    const cached = { ...job, cache: [plain, { ...plain, unprotect: true as const, keyByCommit: true as const }] }
    const response = jobResponseOf({ ...offer, job: cached })
    expect(response.cache?.map((one) => [one.key, one.fallback_keys, one.sluice_key_by_commit])).toEqual([
      ['a-r7', ['a-r6', 'a-r4', 'b-r7', 'b-r6', 'b-r4', 'c-r7', 'c-r6', 'c-r4'], false],
      ['a-shared', ['b-shared', 'c-shared'], true],
    ])
  })

  it('gives no runner the script of a job whose secrets nobody has', () => {
    const secrets = { KEY: { provider: 'vault' as const, settings: { path: "it's" }, file: true } }
    const response = jobResponseOf({ ...offer, job: { ...job, secrets, hooks: { preGetSourcesScript: ['echo'] } } })
    expect(response).toMatchObject({ sluice_refusal: expect.stringContaining('secret KEY from HashiCorp Vault') })
    expect(JSON.stringify(response)).not.toContain('npm test')
    expect(response.steps.map(({ script }) => script.at(-1))).toEqual(['exit 1'])
    expect(Object.keys(response)).not.toContain('hooks')
  })

  it('has null where the job declares nothing', () => {
    const bare = jobResponseOf({ ...offer, job: { ...job, artifacts: null, cache: [] }, reportSources: [] })
    expect([bare.artifacts, bare.cache]).toEqual([null, null])
  })
})
