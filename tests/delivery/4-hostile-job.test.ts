/** A job is a stranger: as whoever runs these tests; the seventh file has it for an ordinary user beside root. */
import { describe, inject } from 'vitest'
import { sharedPlatform } from './harness/shared-platform.ts'
import { hostileJobCases } from './hostile/hostile-job.cases.ts'

describe('a hostile job', () => {
  hostileJobCases('own', async () => ({ platform: await sharedPlatform(), scratch: inject('scratch'), owner: 0 }))
})
