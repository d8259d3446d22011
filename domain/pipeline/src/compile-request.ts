import type { Plan, PlanTrigger, PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import type { Mistake } from './mistakes.ts'
import type { WantedPaths } from './wanted-paths.ts'
import type { Located } from './yaml/located.ts'

/** A value for an input; a text may spell the others as JSON. */
export type InputValue = string | number | boolean | readonly unknown[]

/** What to compile, and all that decides about it but the text of the files. */
export interface CompileRequest {
  /** Slug of the project. */
  project: string
  trigger: PlanTrigger
  /** Path of the pipeline's first file from the root of the repository, usually `.gitlab-ci.yml`. */
  path: string
  /** Variables of the project; they win over all that the pipeline's files say. */
  variables: PlanVariable[]
  /**
   * Variables of this one run, which win over those of the project: a person or a program gives them, or the job that
   * begins a child. Absent: none.
   */
  pipelineVariables?: PlanVariable[]
  /** Variables that the host gives, see `predefinedVariables`; all others win over them. */
  predefined: PlanVariable[]
  /** Paths that the change touches, for `rules:changes`; `null` when unknown, then every `changes` matches. */
  changedPaths: string[] | null
  /** Every path of the tree, for `rules:exists` and wildcards of `include:local`. */
  files: string[]
  /** Values for `spec:inputs` of the first file, by name; 20 at most. */
  inputs?: Readonly<Record<string, InputValue>>
  /** Of a child, see `childRequest`; its files are those that the job names, in place of `path`. */
  child?: ChildOrigin
}

/** Where a child comes from. */
export interface ChildOrigin {
  /** `trigger:include` of its job. */
  include: Located
  /** 1 for a child of the first pipeline, 2 for a child of that. */
  depth: number
  /** Resource groups that jobs above it hold until it has ended. */
  heldGroups: readonly string[]
}

/**
 * What was read so far, by `WantedSource.key`: the text of a local file (`null` for one that does not exist), or what
 * an `IncludeSource` answered.
 */
export type LoadedSources = ReadonlyMap<string, string | null | IncludeAnswer>

interface Wanted {
  /** Under which `LoadedSources` is to hold it. */
  key: string
  /** Where it is asked for; `null` for the first file. */
  place: SourcePosition | null
}

/** A file of the repository itself. Its key is its path. */
export interface LocalSource extends Wanted {
  kind: 'local'
  /** From the root of the repository, with forward slashes, without one at the start. */
  path: string
}

/** A file of another project. */
export interface ProjectSource extends Wanted {
  kind: 'project'
  /** Its full path, `group/project`. */
  project: string
  /** Branch, tag or full commit; `null` for the tip of the default branch. */
  ref: string | null
  path: string
}

/** The paths of all files of another project, for wildcards and `rules:exists` in its files. */
export interface ProjectFilesSource extends Wanted {
  kind: 'project-files'
  project: string
  ref: string | null
}

/** A file at an address. */
export interface RemoteSource extends Wanted {
  kind: 'remote'
  url: string
  /** `sha256-` and the digest in base64: a file that matches it never changes. */
  integrity: string | null
  /** How long an older answer will do (`include:cache`); `null` where the pipeline does not say. */
  cacheMs: number | null
}

/** A template that comes with GitLab. */
export interface TemplateSource extends Wanted {
  kind: 'template'
  /** With its folders and ending, `Jobs/Build.gitlab-ci.yml`. */
  name: string
}

/** A CI/CD component: `templates/NAME.yml` or `templates/NAME/template.yml` of a project. */
export interface ComponentSource extends Wanted {
  kind: 'component'
  /** With its port where it is not the usual one. */
  host: string
  project: string
  name: string
  /** Tag, branch, full commit, `~latest`, or the beginning of a version such as `1` or `1.2`; see `chooseVersion`. */
  version: string
}

/** A file, or a list of files, that does not lie in the repository of the pipeline. */
export type FarSource = ProjectSource | ProjectFilesSource | RemoteSource | TemplateSource | ComponentSource

/** A file that an earlier job of the pipeline above has made. */
export interface ArtifactSource extends Wanted {
  kind: 'artifact'
  job: string
  path: string
}

/** What the compiler wants to read. */
export type WantedSource = LocalSource | FarSource | ArtifactSource

/** A file of the tree whose bytes are no text. */
export interface UnreadableFile {
  kind: 'missing'
  /** The rest of a sentence: `Cannot read "x": <fault>`. */
  fault: string
}

/** What an `IncludeSource` or `ArtifactTexts` has for a source. */
export type IncludeAnswer =
  | {
      kind: 'text'
      /** Exactly what is there: encoded as UTF-8 it gives the same bytes, since `integrity` counts over them. */
      text: string
      /** Of a component: where it was found. */
      path?: string
      /** Of a file of a project: the full name of the commit it is of. */
      commit?: string
      /** Of a component: the released version that it is, `null` for a branch or a commit. */
      version?: string | null
      /** Something worth telling, such as that it may be out of date; a sentence. */
      warning?: string
    }
  | { kind: 'files'; paths: readonly string[]; warning?: string }
  /** There is no such thing, or it cannot be had. */
  | {
      kind: 'missing'
      /** The rest of a sentence: `Cannot include "x": <fault>`. Holds no secret. */
      fault: string
      /** The name that was not found, and those that there are, for a nearest name. */
      name?: string
      known?: readonly string[]
      /** Nobody answered: another time there may be something, and an older answer may do. */
      unreachable?: true
    }

export type CompileResult =
  | { kind: 'plan'; plan: Plan }
  /** Load these, add them to `loaded`, call again. */
  | { kind: 'wanted'; sources: WantedSource[]; paths?: WantedPaths[] }
  /** Every mistake that could be found, by path and line. Never empty. */
  | { kind: 'mistakes'; mistakes: Mistake[] }
