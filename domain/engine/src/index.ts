export { decide } from './decide.ts'
export { childEndOf } from './child-end-of.ts'
export type { ChildEnd, Decision, JobStatus, RunCommand, RunEvent, RunJob, RunState } from './run-state.ts'
export { isTerminal } from './run-state.ts'
export { createRunState } from './create-run-state.ts'
export { errors } from './errors.ts'
export { hasFailed } from './job-end.ts'
export type { Journal, JournalStep } from './ports.ts'
export { reasonSentence } from './reason-sentence.ts'
export { redundantPart } from './redundant-part.ts'
export { decideResourceGroup } from './resource-group/decide-resource-group.ts'
export { lineOf } from './resource-group/line-of.ts'
export {
  newResourceGroup,
  type ResourceClaim,
  type ResourceGroup,
  type ResourceGroupEvent,
  type ResourceGroupStep,
} from './resource-group/resource-group.ts'
export { MemoryJournal } from './memory-journal.ts'
export { waitsForPerson } from './waits-for-person.ts'
