import type { RunView } from '@sluice/contracts/api'
import { ratesOf } from './progress-of.ts'

/** Whether a faulty change was stopped, by what should stop it, and the sentence that says so. */
export function demoOutcome(name: string, run: RunView): { isStopped: boolean; sentence: string } {
  if (run.delivery === 'delivered')
    return { isStopped: false, sentence: `The faulty change got through: production runs it. ${run.sentence.en}` }
  return name === 'bad-canary' ? canaryOutcome(run) : gateOutcome(run)
}

function gateOutcome(run: RunView): { isStopped: boolean; sentence: string } {
  const gate = run.gates.find((one) => one.state === 'closed')
  if (gate !== undefined)
    return {
      isStopped: true,
      sentence: `Stopped by gate "${gate.name}": ${gate.verdict?.sentence.en ?? run.sentence.en}`,
    }
  return { isStopped: false, sentence: `No gate stopped the change; it ended otherwise: ${run.sentence.en}` }
}

function canaryOutcome(run: RunView): { isStopped: boolean; sentence: string } {
  const aborted = run.deployments.findLast((one) => one.state === 'aborted')
  if (aborted === undefined)
    return { isStopped: false, sentence: `No rollout was taken back; the change ended otherwise: ${run.sentence.en}` }
  const failed = aborted.steps.find((step) => step.state === 'failed' || step.state === 'inconclusive')
  const rates = failed?.judgement == null ? '' : ` (at ${failed.weight} %: ${ratesOf(failed.judgement)})`
  return {
    isStopped: true,
    sentence: `Taken back from ${aborted.environment} by the analysis of its canary${rates}: ${aborted.sentence.en}`,
  }
}
