import type { SourcePosition } from '@sluice/contracts/plan'

/** A list of paths that rules look at and the request does not hold. */
export type WantedPaths =
  | {
      kind: 'changed-since'
      /** Under which `LoadedPaths` is to hold it. */
      key: string
      /** Branch, tag or commit, with or without `refs/…`; written by the pipeline, so anything. */
      ref: string
      place: SourcePosition
    }
  | {
      kind: 'files-of'
      key: string
      /** Full path of a project, `group/project`. */
      project: string
      /** `null` for its default branch. */
      ref: string | null
      place: SourcePosition
    }

/** The paths, or why they cannot be had: the rest of a sentence, such as `there is no such branch`, without a secret. */
export type PathsAnswer = { paths: readonly string[] } | { fault: string }

/** Answers so far, by `WantedPaths.key`. */
export type LoadedPaths = ReadonlyMap<string, PathsAnswer>
