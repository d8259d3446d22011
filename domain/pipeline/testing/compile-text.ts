import type { Plan } from '@sluice/contracts/plan'
import { compile } from '../src/compile.ts'
import type { CompileRequest, CompileResult } from '../src/compile-request.ts'
import { predefinedVariables } from '../src/predefined-variables.ts'
import { pushToMain } from './push-to-main.ts'

/** Compiles a pipeline of one file, `.gitlab-ci.yml`, for a push to main. @param changes what differs in the request */
export function compileText(text: string, changes: Partial<CompileRequest> = {}): CompileResult {
  return compile(requestOf(changes), new Map([['.gitlab-ci.yml', text]]))
}

/** The plan of `compileText`. @throws Error when there is none, with what there is */
export function planOfText(text: string, changes: Partial<CompileRequest> = {}): Plan {
  const result = compileText(text, changes)
  if (result.kind !== 'plan') throw new Error(JSON.stringify(result))
  return result.plan
}

/** The codes of the mistakes, each once; else the kind of the result. */
export function codesOfText(text: string, changes: Partial<CompileRequest> = {}): string[] {
  const result = compileText(text, changes)
  return result.kind === 'mistakes' ? [...new Set(result.mistakes.map(({ code }) => code))] : [result.kind]
}

/** A request of a push to main by a project `card`. @param changes what differs; the predefined variables follow */
export function requestOf(changes: Partial<CompileRequest> = {}): CompileRequest {
  const trigger = changes.trigger ?? pushToMain
  return {
    project: 'card',
    trigger,
    path: '.gitlab-ci.yml',
    variables: [],
    predefined: predefinedVariables({ trigger, project: { slug: 'card' } }),
    changedPaths: null,
    files: ['.gitlab-ci.yml'],
    ...changes,
  }
}
