import { expect, test } from 'vitest'
import { ApiFailure, type Call } from '@sluice/contracts/client'
import { runView } from '../../testing/run-views.ts'
import type { PlatformConnection } from './connect-platform.ts'
import { followRun } from './follow-run.ts'

const away = new Error('connect ECONNREFUSED')

/** A server that answers with these one after the other, with the last again and again; without a stream. */
function connectionOf(answers: readonly unknown[]): PlatformConnection {
  const left = [...answers]
  const call = async (): Promise<unknown> => {
    const answer = left.length > 1 ? left.shift() : left[0]
    if (answer instanceof Error) throw answer
    return answer
  }
  return { call: call as unknown as Call, open: () => Promise.reject(away) }
}

test.each([
  ['is gone for good', [away], true],
  ['is gone after a while', [runView(), away], true],
  ['only fails', [new ApiFailure(503, 'SERVER', 'busy')], true],
  ['comes back', [away, runView({ status: 'failed' })], false],
])('a server that %s', async (_, answers, isLost) => {
  const lost: unknown[] = []
  const following = followRun(connectionOf(answers), 'run-1', {
    signal: new AbortController().signal,
    onView: () => undefined,
    onLost: (error) => lost.push(error),
    giveUpAfterMs: isLost ? 1 : 60_000,
    lookAgainMs: 1,
  })
  if (isLost)
    await expect(following).rejects.toMatchObject({
      code: 'CLI_RUN_LOST',
      message: expect.stringContaining('"./sluice up"'),
    })
  else expect(await following).toMatchObject({ status: 'failed' })
  expect(lost).toHaveLength(1)
})
