import type { ArtifactTexts, CompileRequest, CompileResult } from '@sluice/pipeline'

/** Compiles a child of a folder's pipeline, by the files that its parent was compiled from and those that jobs made. */
export type CompileChild = (
  request: CompileRequest,
  artifacts: ArtifactTexts,
) => Promise<Exclude<CompileResult, { kind: 'wanted' }>>
