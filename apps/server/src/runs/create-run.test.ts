import type { GitRepository } from '@sluice/git'
import { expect, test } from 'vitest'
import { createRun, type RunMakers, type RunRequest } from './create-run.ts'

test('producers are accepted of the commit that was seen, not of one that was pushed meanwhile', async () => {
  const repository = { resolve: async () => 'b'.repeat(40) } as unknown as GitRepository
  const request: RunRequest = {
    project: {} as RunRequest['project'],
    ref: 'main',
    source: 'web',
    deliver: true,
    actor: { kind: 'person', id: 'local:1' },
    acceptance: { reason: 'read', commit: 'a'.repeat(40) },
  }
  await expect(createRun({} as RunMakers, repository, request)).rejects.toMatchObject({
    code: 'RUN_NOT_ACCEPTABLE',
    message: 'Cannot accept the producers of commit aaaaaaaa: "main" stands at bbbbbbbb now',
  })
})
