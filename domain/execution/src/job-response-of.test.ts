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

  it.each([
    ['main', 'branch', ['npm-protected', 'default-protected', 'protected'], true],
    ['feature', 'branch', ['npm-non_protected', 'default-non_protected', 'non_protected'], false],
    ['main', 'tag', ['npm-non_protected', 'default-non_protected', 'non_protected'], false],
  ] as const)('keeps the caches of %s (%s) apart from those of other protection', (ref, refType, keys, isProtected) => {
    const [cache] = job.cache
    if (cache === undefined) throw new Error('the job has a cache')
    const plain = { ...cache, key: 'default', keyFiles: [] }
    const withCaches = { ...job, cache: [cache, plain, { ...cache, keyPrefix: '' }] }
    const response = jobResponseOf({ ...offer, job: withCaches, trigger: { ...offer.trigger, ref, refType } })
    expect(response.cache?.map(({ key }) => key)).toEqual(keys)
    expect(response.git_info.protected).toBe(isProtected)
  })

  it('has null where the job declares nothing', () => {
    const bare = jobResponseOf({ ...offer, job: { ...job, artifacts: null, cache: [] }, reportSources: [] })
    expect([bare.artifacts, bare.cache]).toEqual([null, null])
  })
})
