export { artifactTexts, type HandedOnFile, type HandedOnFiles } from './artifact-texts.ts'
export { childOfJob } from './child-of-job.ts'
export type { RefusedChild } from './child-refusal.ts'
export type { ChildStart } from './child-request.ts'
export { compile } from './compile.ts'
export { compileFrom } from './compile-from.ts'
export type {
  ArtifactSource,
  CompileRequest,
  CompileResult,
  ComponentSource,
  FarSource,
  IncludeAnswer,
  InputValue,
  LoadedSources,
  LocalSource,
  ProjectFilesSource,
  ProjectSource,
  RemoteSource,
  TemplateSource,
  UnreadableFile,
  WantedSource,
} from './compile-request.ts'
export { errors, type MistakeCode } from './errors.ts'
export { keywordReference, type KeywordRow, type KeywordState } from './keyword-reference.ts'
export type { Mistake } from './mistakes.ts'
export { nearestName } from './nearest-name.ts'
export { planChildOfJob, type ChildOfJob, type UnplannedChild } from './plan-child-of-job.ts'
export { planDigest } from './plan-digest.ts'
export type { ArtifactTexts, IncludeSource, PathSource, SourceTree } from './ports.ts'
export { predefinedVariables, type PredefinedInput } from './predefined-variables.ts'
export { chooseVersion, isOpenVersion, isRelease } from './sources/choose-version.ts'
export { integrityOf } from './sources/integrity.ts'
export type { LoadedPaths, PathsAnswer, WantedPaths } from './wanted-paths.ts'
