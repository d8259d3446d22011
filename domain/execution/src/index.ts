export {
  checkArtifactPath,
  defaultArtifactLimits,
  linkMode,
  linkStaysInside,
  manifestDigest,
  manifestOf,
  type ArtifactEntry,
  type ArtifactLimits,
  type ArtifactManifest,
} from './artifact-manifest.ts'
export { artifactSourcesOf } from './artifact-sources-of.ts'
export { createCoverageReader, type CoverageReader } from './coverage-reader.ts'
export { errors } from './errors.ts'
export { executorByJob } from './executor-by-job.ts'
export { jobEnvironment, type JobEnvironment, type JobPaths } from './job-environment.ts'
export { missingProviders } from './missing-providers.ts'
export { overlayOptions } from './overlay-options.ts'
export type {
  BlobContent,
  BlobStore,
  BoundPath,
  CommandLimits,
  Executor,
  FileSelection,
  HostWorkspace,
  IsolatedCommand,
  IsolatedProcess,
  IsolatedProcessEnd,
  IsolatedSpec,
  IsolatedUser,
  Isolation,
  JobContainers,
  JobVariable,
  Layers,
  OnOutput,
  RunningStep,
  StepEnd,
  StopSignal,
  StoredBlob,
  TraceStore,
  Workspace,
  WorkspaceRequest,
  WritablePath,
} from './ports.ts'
export { dotenvLimits } from './read-dotenv.ts'
export { readDotenvReports } from './read-dotenv-reports.ts'
export { afterScriptTimeoutMs, preGetSourcesStep, stepsOf, type Step } from './steps-of.ts'
export { serviceAliases } from './service-aliases.ts'
export { stepScript, type StepShell } from './step-script.ts'
export { wantsContainers } from './wants-containers.ts'
export { withDotenv } from './with-dotenv.ts'
export { blobDamaged, blobMissing, checkDigest, checkTraceKey, isolationRefused, traceRange } from './port-errors.ts'
export { compileSelection, type CompiledSelection } from './file-selection.ts'
export { jobResponseOf, type CacheRuns, type JobDependency, type JobOffer } from './job-response-of.ts'
export { sectionEnd, sectionStart } from './log-section.ts'
export { jobFacts } from './job-facts.ts'
export { createMasker, maskedText, minMaskedCharacters, type Masker } from './masker.ts'
export { unmatchedPaths } from './unmatched-paths.ts'
export { forwardedVariables } from './forwarded-variables.ts'
