import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { compileFrom, predefinedVariables } from '@sluice/pipeline'
import { pushToMain } from '@sluice/pipeline/testing'
import { describe, expect, test } from 'vitest'

/** Pipelines that others wrote, kept beside the checkout and not in it. */
const data = process.env['SLUICE_SHARED_DATA'] ?? join(import.meta.dirname, '../../../shared/data')
const root = join(data, 'gitlab-ci-cases')

function pipelinesIn(folder: string): { folder: string; path: string }[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /\.gitlab-ci[^/\\]*\.yml$/.test(name))
  return files.map((name) => {
    const [first = '', ...rest] = name.split(sep)
    return { folder: first, path: rest.join('/') }
  })
}

const pipelines = pipelinesIn(root)

describe('pipelines that others wrote', () => {
  test.skipIf(pipelines.length === 0)(
    'are more than 50 (skipped where they are missing: set SLUICE_SHARED_DATA)',
    () => {
      expect(pipelines.length).toBeGreaterThan(50)
    },
  )

  test.each(pipelines)('$folder/$path gives a plan or mistakes with a place', async ({ folder, path }) => {
    const base = join(root, folder)
    const read = (name: string): string | null => {
      const file = join(base, name)
      return existsSync(file) ? readFileSync(file, 'utf8') : null
    }
    const request = {
      project: 'case',
      trigger: pushToMain,
      path,
      variables: [],
      predefined: predefinedVariables({ trigger: pushToMain, project: { slug: 'case' } }),
      changedPaths: null,
    }
    const result = await compileFrom(request, {
      read: (name) => Promise.resolve(read(name)),
      list: () => Promise.resolve(readdirSync(base, { recursive: true, encoding: 'utf8' }).toSorted()),
    })
    if (result.kind === 'plan') {
      expect(result.plan.jobs.length + result.plan.excluded.length).toBeGreaterThan(0)
      for (const { reasons } of [...result.plan.jobs, ...result.plan.excluded]) expect(reasons).not.toEqual([])
    } else {
      expect(result.mistakes.every(({ place }) => place.line >= 1 && place.column >= 1)).toBe(true)
    }
  })
})
