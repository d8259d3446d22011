import type { AnalysisPolicy } from '@sluice/contracts/policy'
import type { Judgement } from '@sluice/contracts/events'
import type { RolloutInput, Sentence } from './rollout.ts'

/** In what way a release takes over. The machine is the same for all; a strategy says only what differs. */
export interface Strategy {
  /** Per cent of the requests for the new release, rising to 100. */
  steps: number[]
  /** What is judged at each step; `null` goes on as soon as the router has the weight. */
  analysis: AnalysisPolicy | null
  /** Whether a second instance of the new release is started to compare with, where no older one runs. */
  baseline: boolean
  /** What is said at the end. */
  promoted(input: RolloutInput, last: Judgement | null): Sentence
}
