import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { findLastJobs, writeLastJobs, type LastJob } from './last-jobs.ts'

test('a job whose files have gone counts as not run, also in a child', async () => {
  const folder = scratchFolder()
  const job = (name: string, more: Partial<LastJob> = {}): LastJob => {
    mkdirSync(join(folder, name))
    const dotenv = [{ key: 'A', value: name }]
    return { status: 'success', attempt: 1, definitionDigest: 'd', artifacts: join(folder, name), dotenv, ...more }
  }
  const child = { isWell: true, jobs: { gone: job('gone-in-child') } }
  const jobs = { kept: job('kept'), gone: job('gone'), parent: job('parent', { child }) }
  const file = join(folder, 'last-jobs.json')
  await writeLastJobs(file, { version: 1, number: 3, commit: 'c', jobs, evidence: [], refused: [] })
  for (const name of ['gone', 'gone-in-child']) rmSync(join(folder, name), { recursive: true })
  const found = await findLastJobs(file)
  const notRun = { status: 'created', artifacts: null, dotenv: [] }
  expect(found).toMatchObject({ number: 3, jobs: { kept: jobs.kept, gone: notRun } })
  expect(found?.jobs['parent']?.child?.jobs).toMatchObject({ gone: notRun })
})
