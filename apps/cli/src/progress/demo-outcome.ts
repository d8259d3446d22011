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
  for (const { state, environment, steps, sentence } of run.deployments) {
    const failed = steps.find(({ judgement }) => judgement?.result === 'fail')
    if (state !== 'aborted' || failed?.judgement == null) continue
    const rates = `at ${failed.weight} %: ${ratesOf(failed.judgement)}`
    return {
      isStopped: true,
      sentence: `Taken back from ${environment} by the analysis of its canary (${rates}): ${sentence.en}`,
    }
  }
  return { isStopped: false, sentence: `No canary was judged to fail; the change ended otherwise: ${run.sentence.en}` }
}
