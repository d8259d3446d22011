import { z } from 'zod'

const identity = z.strictObject({ pid: z.int().positive(), startTicks: z.string() })

/** What is kept of an instance. Written before it is spawned (`process` null) and again with its identity. */
export const instanceRecord = z.strictObject({
  version: z.literal(1),
  instanceId: z.string(),
  role: z.enum(['stable', 'candidate', 'baseline']),
  releaseDigest: z.string(),
  port: z.int(),
  process: identity.nullable(),
})
export type InstanceRecord = z.infer<typeof instanceRecord>

export const exerciseRecord = z.strictObject({
  version: z.literal(1),
  exerciseId: z.string(),
  process: identity.nullable(),
})

/** An id that was stopped and never starts again. */
export const stoppedRecord = z.strictObject({ version: z.literal(1), id: z.string() })

/** A migration that came to a good end. */
export const migrationRecord = z.strictObject({ version: z.literal(1), commandId: z.string(), output: z.string() })
