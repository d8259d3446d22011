import type { RunResult } from './run-result.ts'

/** A run and all that it began, each with what stands before the names of its jobs: `job/`, nothing for the first. */
export function resultsOfTree(result: RunResult, prefix = ''): { prefix: string; result: RunResult }[] {
  const below = [...result.children].flatMap(([job, child]) => resultsOfTree(child, `${prefix}${job}/`))
  return [{ prefix, result }, ...below]
}
