/**
 * What a job can say beyond scripts, order and files, after GitLab's CI/CD YAML reference. Everything here is absent
 * where the pipeline does not say it, so that a plan holds what its pipeline says and no more.
 */
export type PullPolicy = 'always' | 'if-not-present' | 'never'

/** What `image` and a service share. */
interface PlanContainer {
  /** With registry, tag or digest, as Docker takes it. */
  name: string
  /** Tried in this order. */
  pullPolicy?: PullPolicy[]
  /** For the docker executor. */
  docker?: { platform?: string; user?: string }
  /** For the Kubernetes executor: `UID` or `UID:GID`. */
  kubernetes?: { user?: string }
}

/** `image:` of a job. */
export interface PlanImage extends PlanContainer {
  /** Empty: the image's own. */
  entrypoint: string[]
}

/** One of a job's `services:`. */
export interface PlanService extends PlanContainer {
  /** One host name, or several between commas or blanks; `null`: those that follow from the image's name. */
  alias: string | null
  entrypoint?: string[]
  command?: string[]
  /** Only for the service, in addition to the job's; a raw one is not expanded. */
  variables?: { key: string; value: string; raw?: boolean }[]
}

/** `environment:kubernetes`. */
export interface PlanKubernetes {
  /** `path/to/project:agent`. */
  agent?: string
  namespace?: string
  fluxResourcePath?: string
  managedResources?: boolean
}

/** One step of `run:`, a script of its own with its own variables. */
export interface PlanRunStep {
  name: string
  script: string[]
  env: Record<string, string>
}

export type JobInputValue = string | number | boolean | JobInputValue[]

/** One of a job's `inputs:`. */
export interface PlanJobInput {
  type: 'string' | 'number' | 'boolean' | 'array'
  /** What the job was planned with: its default. */
  value: JobInputValue
  description?: string
  options?: JobInputValue[]
  /** RE2. */
  regex?: string
}

/** `release:` of a job. */
export interface PlanRelease {
  tagName: string
  /** A text, or the path of a file that holds it. */
  description: string
  tagMessage?: string
  /** Absent: the tag's name. */
  name?: string
  /** What the tag is made from where it does not exist. Absent: the commit of the run. */
  ref?: string
  milestones?: string[]
  /** ISO 8601. Absent: when it is made. */
  releasedAt?: string
  links?: PlanReleaseLink[]
}

/** One of `release:assets:links`. */
export interface PlanReleaseLink {
  name: string
  url: string
  filepath?: string
  linkType?: 'runbook' | 'package' | 'image' | 'other'
}

/** `pages:` of a job. Its folder is among the job's artifacts. */
export interface PlanPages {
  /** Folder below the workspace. */
  publish: string
  /** Lower case, at most 63 characters. */
  pathPrefix?: string
  /** A duration as written, or `never`. */
  expireIn?: string
}

/** One of a job's `secrets:`. */
export interface PlanSecret {
  provider:
    | 'vault'
    | 'gcp_secret_manager'
    | 'azure_key_vault'
    | 'aws_secrets_manager'
    | 'akeyless'
    | 'gitlab_secrets_manager'
  /** By GitLab's names; `engine:name` and `engine:path` for Vault's engine. */
  settings: Record<string, string>
  /** The variable holds the path of a file with the secret. */
  file: boolean
  /** The ID token to log in with, such as `$VAULT_TOKEN`. */
  token?: string
}

/** What stands in a job besides all else. */
export interface PlanJobOptions {
  hooks?: {
    /** Lines of a shell that runs before the sources are there. */
    preGetSourcesScript: string[]
  }
  /** In place of a script. */
  run?: PlanRunStep[]
  inputs?: Record<string, PlanJobInput>
  release?: PlanRelease
  pages?: PlanPages
  /** By the variable that would hold the token. */
  idTokens?: Record<string, { aud: string[] }>
  /** By the variable that would hold the secret or the path of its file. */
  secrets?: Record<string, PlanSecret>
  identity?: 'google_cloud'
  /** What a person is asked before a manual job starts. */
  manualConfirmation?: string
  dastConfiguration?: { siteProfile?: string; scannerProfile?: string }
}
