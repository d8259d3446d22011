import type { CompileRequest } from '@sluice/pipeline'

/** Names of the variables that no file of the pipeline gives, but who starts it: they win over dotenv reports. */
export function givenNames({ variables, pipelineVariables = [] }: CompileRequest): Set<string> {
  return new Set([...variables, ...pipelineVariables].map(({ key }) => key))
}
