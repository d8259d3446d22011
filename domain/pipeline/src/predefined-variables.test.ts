import type { PlanTrigger } from '@sluice/contracts/plan'
import { describe, expect, test } from 'vitest'
import { predefinedVariables, type PredefinedInput } from './predefined-variables.ts'

const trigger: PlanTrigger = {
  source: 'push',
  ref: 'Feature/Größe_1',
  refType: 'branch',
  commit: '0123456789'.repeat(4),
  beforeCommit: '0'.repeat(40),
  defaultBranch: 'main',
}

function valuesOf(input: Partial<PredefinedInput>): Record<string, string> {
  const variables = predefinedVariables({ trigger, project: { slug: 'card' }, ...input })
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]))
}

describe('predefinedVariables()', () => {
  test('a branch has CI_COMMIT_BRANCH, a tag CI_COMMIT_TAG, a merge request neither', () => {
    expect(valuesOf({})).toMatchObject({
      CI_COMMIT_BRANCH: 'Feature/Größe_1',
      CI_COMMIT_REF_SLUG: 'feature-gr--e-1',
      CI_COMMIT_SHORT_SHA: '01234567',
    })
    const tag = valuesOf({ trigger: { ...trigger, refType: 'tag', ref: 'v1' } })
    expect([tag['CI_COMMIT_TAG'], tag['CI_COMMIT_BRANCH']]).toEqual(['v1', undefined])
    expect(valuesOf({ trigger: { ...trigger, source: 'merge_request_event' } })).not.toHaveProperty('CI_COMMIT_BRANCH')
  })

  test('what the host does not know gives no variable', () => {
    for (const key of ['CI_COMMIT_MESSAGE', 'CI_PIPELINE_ID', 'CI_SERVER_URL', 'CI_JOB_NAME'])
      expect(valuesOf({})).not.toHaveProperty(key)
  })

  test('commit, project, run and server are told as they are', () => {
    const values = valuesOf({
      commit: { message: 'fix: it\n\nBecause.', author: 'A <a@example.org>', timestamp: '2026-01-02T03:04:05Z' },
      project: { slug: 'card', path: 'bank/credit/card' },
      run: { id: 'r1', number: 7 },
      serverUrl: 'http://127.0.0.1:7070',
      job: { name: 'Unit Test', stage: 'test' },
    })
    expect(values).toMatchObject({
      CI_COMMIT_TITLE: 'fix: it',
      CI_COMMIT_DESCRIPTION: 'Because.',
      CI_PROJECT_NAME: 'card',
      CI_PROJECT_NAMESPACE: 'bank/credit',
      CI_PIPELINE_IID: '7',
      CI_SERVER_HOST: '127.0.0.1',
      CI_SERVER_PORT: '7070',
      CI_JOB_NAME_SLUG: 'unit-test',
    })
  })

  test('a commit message with a dollar in it is not expanded', () => {
    const variables = predefinedVariables({ trigger, project: { slug: 'card' }, commit: { message: 'print $TOKEN' } })
    expect(variables.find(({ key }) => key === 'CI_COMMIT_MESSAGE')).toEqual({
      key: 'CI_COMMIT_MESSAGE',
      value: 'print $TOKEN',
      raw: true,
    })
  })
})
