/**
 * The policy of a project: its `sluice.yml`, read from the protected branch as it stood before the change.
 * The schema is strict: an unknown key is a mistake, never ignored.
 */
import { z } from 'zod'

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'wanted lower-case letters, digits and dashes, beginning with a letter')
/** A path inside the workspace or the release: relative, no `..`. */
const insidePath = z
  .string()
  .min(1)
  .max(500)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'wanted a relative path without ".."')

/** Formats of reports that have a reader. */
export const reportFormats = ['junit', 'cobertura', 'sarif', 'cyclonedx'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** More files than this are no report: beyond it all are refused together. A runner hands in one more, so that it shows. */
export const reportFilesMax = 1000

/** A report that a job must hand in, beyond or instead of its own `artifacts:reports`. */
export const reportSource = z.strictObject({
  job: z.string().min(1),
  /** A file, a pattern as in `artifacts:paths`, or several of these, each of which must have a file. All files count. */
  path: z.union(
    [insidePath, z.array(insidePath).min(1).max(100)],
    'wanted a relative path, or a list of 1 to 100 of them',
  ),
  format: z.enum(reportFormats),
  /** What the report is called in gates: `evidence.<name>`. */
  name,
})
export type ReportSource = z.infer<typeof reportSource>

/** The paths and patterns of a report. */
export const pathsOfReport = ({ path }: Pick<ReportSource, 'path'>): string[] =>
  typeof path === 'string' ? [path] : path

const messageText = z.string().min(1).max(500)

/** One clause of a gate. */
export const gateRule = z.strictObject({
  name,
  /** A CEL expression over the facts that yields a boolean. */
  expr: z.string().min(1).max(2000),
  /** Names of `reports` that the expression needs. Missing ones fail the clause with a state of their own. */
  requires: z.array(name).default([]),
  /** What people read when it does not hold: one text, or one in each language of the console. */
  message: z.union([messageText, z.strictObject({ en: messageText, zh: messageText })]),
})
export type GateRule = z.infer<typeof gateRule>

export const gatePolicy = z.strictObject({
  name,
  /** The stage after whose jobs it decides; jobs of later stages wait for it. */
  after: z.string().min(1),
  rules: z.array(gateRule).min(1).max(100),
})
export type GatePolicy = z.infer<typeof gatePolicy>

/** What becomes the release: the files of one job's artifact below one folder. */
export const releasePolicy = z.strictObject({
  job: z.string().min(1),
  path: insidePath,
})
export type ReleasePolicy = z.infer<typeof releasePolicy>

/** How a process of the release is started and known to be well. `${…}` is not expanded: `PORT` etc. come as variables. */
export const processTarget = z.strictObject({
  kind: z.literal('process'),
  /** Program and arguments, run in the unpacked release. `node` is the platform's pinned Node. */
  command: z.array(z.string().min(1)).min(1),
  /** Plain settings of the service. `PORT`, `HOST`, `RELEASE_DIGEST`, `ENVIRONMENT`, `DATABASE_URL` are set by Sluice. */
  environment: z
    .record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'wanted capital letters, digits and "_"'), z.string())
    .default({}),
  /** Whether the environment has a PostgreSQL database and role of its own. */
  database: z.boolean().default(false),
  /** Run once to its end before the first instance of a release starts; changes the database. */
  migrate: z.array(z.string().min(1)).optional(),
  health: z.strictObject({
    path: z.string().startsWith('/'),
    timeoutMs: z.int().min(100).max(600_000).default(30_000),
  }),
  /** A program of the release that sends real requests to `TARGET_URL` until it is stopped. */
  exercise: z.array(z.string().min(1)).optional(),
})
export type ProcessTarget = z.infer<typeof processTarget>

/** What the canary judge compares at each step. */
export const analysisPolicy = z.strictObject({
  /** Fewer requests than this to either version: inconclusive, never a pass. */
  minRequests: z.int().min(1).default(100),
  /** A step is given up as inconclusive after this long. */
  timeoutMs: z.int().min(1000).max(86_400_000).default(60_000),
  /** The canary's share of server errors may be at most this, whatever the stable version does. 0.05 = 5 %. */
  maxErrorRate: z.number().min(0).max(1).default(0.05),
  /** The canary's error rate may exceed the stable version's by at most this much. */
  maxErrorRateIncrease: z.number().min(0).max(1).default(0.01),
  /** The canary's 95th percentile of latency over the stable version's may be at most this ratio … */
  maxLatencyP95Ratio: z.number().min(1).default(2),
  /** … unless the difference is smaller than this, in milliseconds. */
  minLatencyDifferenceMs: z.number().min(0).default(20),
})
export type AnalysisPolicy = z.infer<typeof analysisPolicy>

export const strategyPolicy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recreate') }),
  z.strictObject({
    kind: z.literal('canary'),
    /** Per cent of the requests that the new version gets, rising; the last must be 100. */
    steps: z.array(z.int().min(1).max(100)).min(1).max(20),
    analysis: analysisPolicy.prefault({}),
  }),
])
export type StrategyPolicy = z.infer<typeof strategyPolicy>

export const environmentPolicy = z.strictObject({
  name,
  tier: z.enum(['development', 'testing', 'staging', 'production']),
  target: processTarget,
  strategy: strategyPolicy,
})
export type EnvironmentPolicy = z.infer<typeof environmentPolicy>

export const policy = z.strictObject({
  version: z.literal(1),
  reports: z.array(reportSource).default([]),
  gates: z.array(gatePolicy).default([]),
  release: releasePolicy.optional(),
  /** In the order of promotion. */
  environments: z.array(environmentPolicy).default([]),
})
export type Policy = z.infer<typeof policy>
