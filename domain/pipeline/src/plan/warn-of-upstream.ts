import type { PipelineDefinition } from '../read/pipeline.ts'
import type { Warnings } from '../read/reading.ts'
import { quote } from '../yaml/located.ts'

/** Only a child has a pipeline above it: elsewhere `needs:pipeline` takes nothing over. */
export function warnOfUpstream({ jobs }: PipelineDefinition, warnings: Warnings): void {
  for (const { name, upstreamNeeds, rules } of jobs)
    for (const { job, place } of [...upstreamNeeds, ...(rules ?? []).flatMap((rule) => rule.upstreamNeeds)]) {
      const text = `needs of job ${quote(name)} takes over no artifacts of job ${quote(job)} of another pipeline: it cannot be reached from here`
      warnings.add(text, place)
    }
}
