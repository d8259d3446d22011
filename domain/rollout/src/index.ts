export { advance } from './advance.ts'
export { deadlineOf } from './deadline.ts'
export { environmentFor } from './environment-for.ts'
export { errors } from './errors.ts'
export { judge, type Comparison } from './judge/judge.ts'
export { latencyQuantileMs } from './judge/quantile.ts'
export { difference, emptyReading, readingOf, type Reading } from './judge/reading.ts'
export type {
  ExerciseRequest,
  HealthResult,
  InstanceExit,
  MetricSource,
  MigrateRequest,
  MigrateResult,
  RunningInstance,
  ServiceSettings,
  StartRequest,
  Target,
  TrafficRouter,
} from './ports.ts'
export type {
  ComparedWith,
  InstanceRole,
  InstanceState,
  PendingCommand,
  ReleaseRef,
  RolloutAdvance,
  RolloutCommand,
  RolloutEntry,
  RolloutEvent,
  RolloutInput,
  RolloutPhase,
  RolloutState,
  Sentence,
} from './rollout.ts'
export { start } from './start.ts'
