import type { Mistakes } from '../mistakes.ts'
import { inputText } from '../read/job-inputs.ts'
import type { JobDefinition } from '../read/job.ts'
import { quote } from '../yaml/located.ts'

const reference = /\$\{\{\s*job\.inputs\.([A-Za-z0-9_-]+)\s*\}\}/g

/**
 * Makes what puts a job's inputs, which have the values of their defaults, in place of `${{ job.inputs.NAME }}`. A name
 * that the job does not have is a mistake.
 */
export function fillJobInputs(definition: JobDefinition, mistakes: Mistakes): (text: string) => string {
  const inputs = definition.options.inputs ?? {}
  return (text) =>
    text.includes('${{')
      ? text.replaceAll(reference, (whole: string, name: string) => {
          const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined
          if (input !== undefined) return inputText(input.value)
          const message = `Cannot fill in ${quote(whole)} of job ${quote(definition.name)}: it has no input ${quote(name)}${mistakes.hint(name, () => Object.keys(inputs))}`
          mistakes.add('PIPELINE_WRONG_VALUE', definition.place, message)
          return whole
        })
      : text
}
