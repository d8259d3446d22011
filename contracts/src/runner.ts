/**
 * GitLab Runner's coordinator calls, as the public runner source describes them (the messages of runner 18/19).
 * Only the fields that are used on either side are named; unknown ones are passed over, as others own the protocol.
 */
import { z } from 'zod'

/** `POST /api/v4/runners/verify` */
export const verifyRequest = z.object({ token: z.string().min(1).max(200), system_id: z.string().max(200).optional() })

const isolationLevel = z.enum(['uid', 'user-namespace', 'container', 'none'])

/** `POST /api/v4/jobs/request`: 201 with a job, 204 with none; long poll of up to 50 s, `X-GitLab-Last-Update` as cursor. */
export const jobRequest = z.object({
  token: z.string().min(1).max(200),
  system_id: z.string().max(200).optional(),
  last_update: z.string().max(200).optional(),
  info: z
    .object({
      name: z.string().max(200).optional(),
      version: z.string().max(200).optional(),
      executor: z.string().max(100).optional(),
      /** Own addition, namespaced: how jobs are isolated on this runner. */
      sluice_isolation: isolationLevel.optional(),
      /** Own addition: how those are that want an image or services. Absent: as all others. */
      sluice_container_isolation: isolationLevel.optional(),
    })
    .loose()
    .optional(),
})
export type JobRequest = z.infer<typeof jobRequest>

const when = z.enum(['on_success', 'on_failure', 'always'])

/** `image` and each of `services`. */
const container = z.object({
  name: z.string(),
  /** Several between commas or blanks. */
  alias: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  variables: z.array(z.object({ key: z.string(), value: z.string() }).loose()).optional(),
  pull_policy: z.array(z.enum(['always', 'if-not-present', 'never'])).optional(),
  executor_opts: z
    .object({
      docker: z.object({ platform: z.string().optional(), user: z.string().optional() }).optional(),
      kubernetes: z.object({ user: z.string().optional() }).optional(),
    })
    .optional(),
})

export const jobResponse = z.object({
  id: z.int(),
  /** The job's own token: for its trace, state, artifacts and sources, as long as the job lives. */
  token: z.string(),
  allow_git_fetch: z.boolean(),
  job_info: z.object({
    id: z.int(),
    name: z.string(),
    stage: z.string(),
    project_id: z.int(),
    project_name: z.string(),
  }),
  git_info: z.object({
    repo_url: z.string(),
    ref: z.string(),
    sha: z.string(),
    before_sha: z.string(),
    ref_type: z.enum(['branch', 'tag']),
    refspecs: z.array(z.string()),
    depth: z.int(),
    /** Whether the ref is a protected one. */
    protected: z.boolean().optional(),
  }),
  runner_info: z.object({ timeout: z.int() }),
  variables: z.array(
    z.object({
      key: z.string(),
      value: z.string(),
      public: z.boolean(),
      masked: z.boolean(),
      file: z.boolean(),
      raw: z.boolean(),
    }),
  ),
  steps: z.array(
    z.object({
      name: z.enum(['script', 'after_script']),
      script: z.array(z.string()),
      /** Seconds. */
      timeout: z.int(),
      when,
      allow_failure: z.boolean(),
    }),
  ),
  image: container.optional(),
  services: z.array(container).optional(),
  hooks: z.array(z.object({ name: z.string(), script: z.array(z.string()) })).optional(),
  /** Own addition: why the job must not begin. Its steps say the same, for runners that do not know this. */
  sluice_refusal: z.string().optional(),
  artifacts: z
    .array(
      z.object({
        name: z.string(),
        untracked: z.boolean(),
        paths: z.array(z.string()),
        exclude: z.array(z.string()),
        when,
        expire_in: z.string(),
        /** `archive`, or GitLab's name of a report kind (`junit`, `coverage_report` …) or `sluice_report`. */
        artifact_type: z.string(),
        artifact_format: z.enum(['zip', 'gzip']),
      }),
    )
    .nullable(),
  cache: z
    .array(
      z.object({
        key: z.string(),
        /** Own addition: the runner appends the digest of these files' content to `key`. */
        sluice_key_files: z.array(z.string()).default([]),
        /** Own addition: keys to try before `fallback_keys`, each with the same end. */
        sluice_earlier_keys: z.array(z.string()).optional(),
        /** Own addition: of these files the newest commits count. */
        sluice_key_by_commit: z.boolean().optional(),
        /** Keys to try in this order where nothing is kept under `key`. */
        fallback_keys: z.array(z.string()).optional(),
        paths: z.array(z.string()),
        untracked: z.boolean(),
        policy: z.enum(['pull', 'push', 'pull-push']),
        when,
      }),
    )
    .nullable(),
  dependencies: z
    .array(
      z.object({
        id: z.int(),
        token: z.string(),
        name: z.string(),
        artifacts_file: z.object({ filename: z.string(), size: z.int() }),
      }),
    )
    .nullable(),
  features: z.object({ trace_sections: z.boolean() }).loose(),
})
export type JobResponse = z.infer<typeof jobResponse>

/** How much of a job's log is kept; a runner then says in one line that there was more, for which the server has room. */
export const traceBytesMax = 64 * 1024 * 1024
export const traceLastLineBytesMax = 64 * 1024

/** GitLab Runner's own names of failure reasons. */
export const failureReasons = [
  'script_failure',
  'runner_system_failure',
  'job_execution_timeout',
  'runner_unsupported',
  'image_pull_failure',
  'unknown_failure',
  'configuration_error',
] as const

/**
 * `PUT /api/v4/jobs/:id`: 200 taken, 202 not yet (the trace is still being written), 403 not this job's token.
 * The answer's header `Job-Status: canceled` or `canceling` tells the runner to stop.
 */
export const jobUpdate = z.object({
  token: z.string().min(1).max(200),
  state: z.enum(['running', 'success', 'failed']),
  failure_reason: z.enum(failureReasons).optional(),
  exit_code: z.int().optional(),
  checksum: z.string().max(100).optional(),
  output: z.object({ checksum: z.string().max(100).optional(), bytesize: z.int().optional() }).optional(),
  /** Own addition: it failed, and meanwhile hardly anything could be written to the disk of its workspace. */
  sluice_disk_full: z.boolean().optional(),
})
export type JobUpdate = z.infer<typeof jobUpdate>

/**
 * `PATCH /api/v4/jobs/:id/trace` with `Job-Token`, `Content-Range: FIRST-LAST` and the bytes: 202, header `Range: 0-SIZE`;
 * 416 with `Range` when the range does not start where the trace ends. `Job-Status` as above, `X-GitLab-Trace-Update-Interval`.
 * `POST /api/v4/jobs/:id/artifacts?artifact_type=…&artifact_format=…` with `Job-Token`, multipart field `file`: 201.
 * Own additions to its query: `artifact_name`, and for each report file, which comes alone, `sluice_path`.
 * `GET /api/v4/jobs/:id/artifacts` with `Job-Token` (of a job that depends on it): the zip.
 */
export const tracePath = (jobId: number): string => `/api/v4/jobs/${jobId}/trace`
export const artifactsPath = (jobId: number): string => `/api/v4/jobs/${jobId}/artifacts`
export const jobPath = (jobId: number): string => `/api/v4/jobs/${jobId}`
