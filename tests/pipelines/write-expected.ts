import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { caseNames, compileCase, folderOf, type CaseResult } from './compile-case.ts'
import { planText } from './plan-text.ts'

/**
 * Writes what is expected of each case that says nothing of it yet, and of those named on the command line:
 * `node tests/pipelines/write-expected.ts [case…]`. It writes what the compiler says; whether that is right, read yourself.
 */
const named = process.argv.slice(2)
for (const name of caseNames) {
  const file = (ending: string): string => join(folderOf(name), `expected.${ending}`)
  const isNew = !['plan.txt', 'plan.json', 'mistakes.txt'].some((ending) => existsSync(file(ending)))
  if (!isNew && !named.includes(name)) continue
  const result = await compileCase(name)
  const [path, text] = expectedOf(result, file)
  writeFileSync(path, text)
  process.stdout.write(`### ${path}\n${text}`)
}

/** A plan that is kept whole stays so. */
function expectedOf(result: CaseResult, file: (ending: string) => string): [path: string, text: string] {
  if (result.kind === 'mistakes') return [file('mistakes.txt'), result.text]
  if (!existsSync(file('plan.json'))) return [file('plan.txt'), planText(result.plan)]
  return [file('plan.json'), `${JSON.stringify(result.plan, null, 2)}\n`]
}
