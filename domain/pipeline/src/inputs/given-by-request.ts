import type { CompileRequest } from '../compile-request.ts'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { locatedJson } from './json-value.ts'
import type { GivenInputs } from './settle-inputs.ts'

/** The inputs of the first file. They stand nowhere in the files; mistakes about them name its first line. */
export function givenByRequest({ inputs = {}, path }: CompileRequest, mistakes: Mistakes): GivenInputs {
  const place = { path, line: 1, column: 1 }
  const entries = Object.entries(inputs)
  if (entries.length > limits.requestInputs) {
    const message = `Cannot plan the pipeline: ${entries.length} inputs are given; wanted ${limits.requestInputs} at most`
    mistakes.add('PIPELINE_INPUT_VALUE', place, message)
  }
  const values = entries.map(([name, value]) => [name, { value: locatedJson(value, place), place }] as const)
  return { action: 'Cannot plan the pipeline', place, values: new Map(values) }
}
