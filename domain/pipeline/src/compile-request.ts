import type { Plan, PlanTrigger, PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import type { Mistake } from './mistakes.ts'
import type { WantedPaths } from './wanted-paths.ts'

/** What to compile, and all that decides about it but the text of the files. */
export interface CompileRequest {
  /** Slug of the project. */
  project: string
  trigger: PlanTrigger
  /** Path of the pipeline's first file from the root of the repository, usually `.gitlab-ci.yml`. */
  path: string
  /** Variables of the project; they win over all that the pipeline's files say. */
  variables: PlanVariable[]
  /** Variables that the host gives, see `predefinedVariables`; all others win over them. */
  predefined: PlanVariable[]
  /** Paths that the change touches, for `rules:changes`; `null` when unknown, then every `changes` matches. */
  changedPaths: string[] | null
  /** Every path of the tree, for `rules:exists` and wildcards of `include:local`. */
  files: string[]
}

/** Text of the files read so far, by `WantedSource.key`; `null` for a file that does not exist. */
export type LoadedSources = ReadonlyMap<string, string | null>

/** A file that the compiler wants to read. */
export interface WantedSource {
  kind: 'local'
  /** Under which `LoadedSources` is to hold it. For a local file: its path. */
  key: string
  /** From the root of the repository, with forward slashes, without one at the start. */
  path: string
  /** Where it is asked for; `null` for the first file. */
  place: SourcePosition | null
}

export type CompileResult =
  | { kind: 'plan'; plan: Plan }
  /** Load these, add them to `loaded`, call again. */
  | { kind: 'wanted'; sources: WantedSource[]; paths?: WantedPaths[] }
  /** Every mistake that could be found, by path and line. Never empty. */
  | { kind: 'mistakes'; mistakes: Mistake[] }
