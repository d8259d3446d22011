import { jobResponse, type JobResponse } from '@sluice/contracts/runner'
import { jobResponseOf } from '@sluice/execution'
import { jobOffer } from '@sluice/execution/testing'
import { expect, it } from 'vitest'

it('what jobResponseOf() makes is what the contract of the runner wants', () => {
  const response: JobResponse = jobResponseOf(jobOffer)
  expect(jobResponse.parse(response)).toEqual(response)
})
