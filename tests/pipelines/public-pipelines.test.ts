import { describe, expect, test } from 'vitest'
import { documentedRows } from '../peer/documented-rows.ts'
import { compilePipeline, publicPipelines } from '../peer/peer-pipelines.ts'

const pipelines = publicPipelines()
/** Codes of the mistakes for which a pipeline is refused, as the document gives them with the reason. */
const refused = documentedRows('Pipelines of others that we refuse')

describe('pipelines that others wrote', () => {
  test.skipIf(pipelines.length === 0)(
    'are more than 80 (skipped where they are missing: set SLUICE_SHARED_DATA)',
    () => {
      expect(pipelines.length).toBeGreaterThan(80)
      expect([...refused.keys()].filter((name) => !pipelines.some((pipeline) => pipeline.name === name))).toEqual([])
    },
  )

  test.each(pipelines)('$name gives a plan, or the mistakes that the document explains', async (pipeline) => {
    const result = await compilePipeline(pipeline)
    const codes = result.kind === 'mistakes' ? result.mistakes.map(({ code }) => code) : []
    expect([...new Set(codes)].toSorted()).toEqual(refused.get(pipeline.name) ?? [])
    if (result.kind === 'plan') {
      expect(result.plan.jobs.length + result.plan.excluded.length).toBeGreaterThan(0)
      for (const { reasons } of [...result.plan.jobs, ...result.plan.excluded]) expect(reasons).not.toEqual([])
    } else if (result.kind === 'mistakes') {
      expect(result.mistakes.every(({ place }) => place.line >= 1 && place.column >= 1)).toBe(true)
    }
  })
})
