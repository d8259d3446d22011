import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { inputText } from '../read/job-inputs.ts'
import type { JobDefinition } from '../read/job.ts'
import type { ExpansionBudget } from '../variables/variable-scope.ts'
import { quote } from '../yaml/located.ts'

const reference = /\$\{\{\s*job\.inputs\.([A-Za-z0-9_-]+)\s*\}\}/g

/**
 * Makes what puts a job's inputs, which have the values of their defaults, in place of `${{ job.inputs.NAME }}`. A name
 * that the job does not have is a mistake.
 */
export function fillJobInputs(
  definition: JobDefinition,
  { mistakes, expansion }: { mistakes: Mistakes; expansion: ExpansionBudget },
): (text: string) => string {
  const inputs = definition.options.inputs ?? {}
  return (text) =>
    text.includes('${{')
      ? text.replaceAll(reference, (whole: string, name: string) => {
          const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined
          if (input !== undefined) return spend(inputText(input.value), expansion)
          const message = `Cannot fill in ${quote(whole)} of job ${quote(definition.name)}: it has no input ${quote(name)}${mistakes.hint(name, () => Object.keys(inputs))}`
          mistakes.add('PIPELINE_WRONG_VALUE', definition.place, message)
          return whole
        })
      : text
}

function spend(text: string, expansion: ExpansionBudget): string {
  expansion.left -= text.length
  if (expansion.left >= 0) return text
  const message = `Cannot fill in the inputs: it makes more than ${limits.expandedLength} characters`
  throw new CompileLimit('PIPELINE_TOO_BIG', message)
}
