import type { PlanTrigger, PlanVariable } from '@sluice/contracts/plan'
import { slug } from './slug.ts'

/** What the host knows about a run. What is missing gives no variable, rather than one without meaning. */
export interface PredefinedInput {
  trigger: PlanTrigger
  commit?: {
    /** Defaults to the first line of the message. */
    title?: string
    message: string
    /** `Name <address>`. */
    author?: string
    /** ISO 8601 with offset. */
    timestamp?: string
  }
  /** Text of the annotated tag that the trigger names. */
  tagMessage?: string
  project: {
    slug: string
    /** Number of the project on its server. */
    id?: number
    /** For people; defaults to the slug. */
    name?: string
    /** With its groups, `group/project`; defaults to the slug. */
    path?: string
  }
  run?: {
    id: string
    /** Counts the runs of the project from 1. */
    number: number
    /** ISO 8601. */
    createdAt?: string
    url?: string
  }
  /** With scheme, without a slash at the end. */
  serverUrl?: string
  configPath?: string
  job?: { name: string; stage: string }
}

/**
 * GitLab's predefined variables, those that have a true meaning here; docs/reference/predefined-variables.md lists
 * them. `compile` itself adds CI_JOB_NAME,
 * CI_JOB_STAGE and CI_ENVIRONMENT_* for every job. GITLAB_CI is `true`, since it tells scripts which
 * variables to expect; CI_SERVER_NAME tells who runs them.
 */
export function predefinedVariables(input: PredefinedInput): PlanVariable[] {
  const values: Record<string, string | undefined> = {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_NODE_TOTAL: '1',
    ...triggerValues(input.trigger),
    CI_COMMIT_TAG_MESSAGE: input.trigger.refType === 'tag' ? input.tagMessage : undefined,
    ...mergeRequestValues(input),
    ...commitValues(input.commit),
    ...projectValues(input),
    ...runValues(input.run),
    ...serverValues(input.serverUrl),
    ...(input.job === undefined ? {} : jobValues(input.job.name, input.job.stage)),
  }
  return toVariables(values)
}

/** CI_JOB_NAME, CI_JOB_NAME_SLUG and CI_JOB_STAGE. */
export function jobVariables(name: string, stage: string): PlanVariable[] {
  return toVariables(jobValues(name, stage))
}

/** CI_PIPELINE_ID and what else is known of a run; nothing without one. */
export function runVariables(run: PredefinedInput['run']): PlanVariable[] {
  return toVariables(runValues(run))
}

/** CI_NODE_INDEX and CI_NODE_TOTAL of a job that `parallel` made; nothing for any other. */
export function nodeVariables(instance: { index: number; total: number } | null): PlanVariable[] {
  if (instance === null) return []
  return toVariables({ CI_NODE_INDEX: String(instance.index), CI_NODE_TOTAL: String(instance.total) })
}

function jobValues(name: string, stage: string): Record<string, string> {
  return { CI_JOB_NAME: name, CI_JOB_NAME_SLUG: slug(name), CI_JOB_STAGE: stage }
}

/** Raw: a commit message that holds `$TOKEN` is not to be expanded. */
function toVariables(values: Record<string, string | undefined>): PlanVariable[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return []
    return [value.includes('$') ? { key, value, raw: true } : { key, value }]
  })
}

function triggerValues(trigger: PlanTrigger): Record<string, string | undefined> {
  const isBranch = trigger.refType === 'branch' && trigger.source !== 'merge_request_event'
  return {
    CI_PIPELINE_SOURCE: trigger.source,
    CI_COMMIT_SHA: trigger.commit,
    CI_COMMIT_SHORT_SHA: trigger.commit.slice(0, 8),
    CI_COMMIT_BEFORE_SHA: trigger.beforeCommit,
    CI_COMMIT_REF_NAME: trigger.ref,
    CI_COMMIT_REF_SLUG: slug(trigger.ref),
    CI_COMMIT_BRANCH: isBranch ? trigger.ref : undefined,
    CI_COMMIT_TAG: trigger.refType === 'tag' ? trigger.ref : undefined,
    CI_COMMIT_REF_PROTECTED: String(isBranch && trigger.ref === trigger.defaultBranch),
    CI_DEFAULT_BRANCH: trigger.defaultBranch,
    CI_PIPELINE_TRIGGERED: trigger.source === 'trigger' ? 'true' : undefined,
  }
}

/** Of a pipeline of the source branch alone: nothing is merged before it, so the event is `detached`. */
function mergeRequestValues({ trigger, project }: PredefinedInput): Record<string, string | undefined> {
  const { mergeRequest, source, ref, defaultBranch } = trigger
  if (mergeRequest === undefined || source !== 'merge_request_event') return {}
  const path = project.path ?? project.slug
  const projectId = project.id === undefined ? undefined : String(project.id)
  return {
    CI_MERGE_REQUEST_ID: String(mergeRequest.iid),
    CI_MERGE_REQUEST_IID: String(mergeRequest.iid),
    CI_MERGE_REQUEST_EVENT_TYPE: 'detached',
    CI_MERGE_REQUEST_REF_PATH: `refs/merge-requests/${mergeRequest.iid}/head`,
    CI_MERGE_REQUEST_DIFF_BASE_SHA: mergeRequest.diffBase,
    CI_MERGE_REQUEST_PROJECT_ID: projectId,
    CI_MERGE_REQUEST_PROJECT_PATH: path,
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: projectId,
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: path,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: ref,
    CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED: String(ref === defaultBranch),
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: mergeRequest.targetBranch,
    CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: String(mergeRequest.targetBranch === defaultBranch),
    CI_OPEN_MERGE_REQUESTS: `${path}!${mergeRequest.iid}`,
  }
}

function commitValues(commit: PredefinedInput['commit']): Record<string, string | undefined> {
  if (commit === undefined) return {}
  const lines = commit.message.split('\n')
  return {
    CI_COMMIT_TITLE: commit.title ?? lines[0] ?? '',
    CI_COMMIT_MESSAGE: commit.message,
    CI_COMMIT_DESCRIPTION: lines.slice(1).join('\n').trim(),
    CI_COMMIT_AUTHOR: commit.author,
    CI_COMMIT_TIMESTAMP: commit.timestamp,
  }
}

function projectValues({ project, configPath }: PredefinedInput): Record<string, string | undefined> {
  const path = project.path ?? project.slug
  const segments = path.split('/')
  const namespace = segments.length > 1 ? segments.slice(0, -1).join('/') : undefined
  return {
    CI_PROJECT_ID: project.id === undefined ? undefined : String(project.id),
    CI_PROJECT_NAME: segments.at(-1) ?? path,
    CI_PROJECT_TITLE: project.name ?? project.slug,
    CI_PROJECT_PATH: path,
    CI_PROJECT_PATH_SLUG: slug(path),
    CI_PROJECT_NAMESPACE: namespace,
    CI_PROJECT_NAMESPACE_SLUG: namespace === undefined ? undefined : slug(namespace),
    CI_PROJECT_ROOT_NAMESPACE: namespace === undefined ? undefined : segments[0],
    CI_CONFIG_PATH: configPath ?? '.gitlab-ci.yml',
  }
}

function runValues(run: PredefinedInput['run']): Record<string, string | undefined> {
  if (run === undefined) return {}
  return {
    CI_PIPELINE_ID: run.id,
    CI_PIPELINE_IID: String(run.number),
    CI_PIPELINE_CREATED_AT: run.createdAt,
    CI_PIPELINE_URL: run.url,
  }
}

function serverValues(serverUrl: string | undefined): Record<string, string | undefined> {
  if (serverUrl === undefined) return { CI_SERVER: 'yes', CI_SERVER_NAME: 'Sluice' }
  const match = /^(https?):\/\/(\[[^\]/]+\]|[^:/]+)(?::(\d+))?/.exec(serverUrl)
  const [, protocol, host, port] = match ?? []
  return {
    CI_SERVER: 'yes',
    CI_SERVER_NAME: 'Sluice',
    CI_SERVER_URL: serverUrl,
    CI_SERVER_PROTOCOL: protocol,
    CI_SERVER_HOST: host,
    CI_SERVER_FQDN: host === undefined || port === undefined ? host : `${host}:${port}`,
    CI_SERVER_PORT: port ?? (protocol === undefined ? undefined : protocol === 'https' ? '443' : '80'),
  }
}
