import type { PlanRunStep } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import type { Located, LocatedMap } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readScript } from './script.ts'
import { readMap, readText, wrongType, wrongValue } from './values.ts'
import { isVariableName } from './variable-name.ts'

const stepKeywords = {
  known: ['name', 'script', 'env'],
  unsupported: ['step', 'func', 'action', 'exec', 'inputs', 'run', 'outputs', 'delegate'],
}

/** `run:`, a list of steps with a script each. Steps that others wrote (`step`, `func`, `action`) are refused. */
export function readRunSteps(node: Located, keyword: string, reading: Reading): PlanRunStep[] {
  if (node.kind !== 'list' || node.items.length === 0) {
    wrongType(node, keyword, 'a list of steps', reading)
    return []
  }
  if (node.items.length > limits.rules) wrongValue(node, keyword, `${limits.rules} steps at most`, reading)
  return node.items.slice(0, limits.rules).flatMap((item) => readStep(item, keyword, reading))
}

function readStep(item: Located, keyword: string, reading: Reading): PlanRunStep[] {
  const map = readMap(item, keyword, 'a map with name and script', reading)
  if (map === null) return []
  refuseForeign(map, keyword, reading)
  const fields = readFields(map, stepKeywords, keyword, reading)
  const [name, script, env] = [fields.get('name'), fields.get('script'), fields.get('env')]
  if (stepKeywords.unsupported.some((key) => map.entries.has(key))) return []
  if (name === undefined || script === undefined) {
    wrongType(item, keyword, 'a map with name and script', reading)
    return []
  }
  return [
    {
      name: readText(name.value, `${keyword}:name`, reading),
      script: readScript(script.value, `${keyword}:script`, reading),
      env: env === undefined ? {} : readEnv(env.value, `${keyword}:env`, reading),
    },
  ]
}

/** A step that names another one needs GitLab's step runner to fetch and run it. */
function refuseForeign(map: LocatedMap, keyword: string, reading: Reading): void {
  for (const key of ['step', 'func', 'action']) {
    const entry = map.entries.get(key)
    const message = `Cannot plan ${reading.subject}: ${keyword}:${key} names a step to be fetched, which needs GitLab's step runner; wanted script`
    if (entry !== undefined) reading.mistakes.add('PIPELINE_UNSUPPORTED', entry.keyPlace, message)
  }
}

function readEnv(node: Located, keyword: string, reading: Reading): Record<string, string> {
  const map: LocatedMap | null = readMap(node, keyword, 'a map of names and values', reading)
  const env: [string, string][] = []
  for (const [name, entry] of map?.entries ?? []) {
    if (!isVariableName(name, entry, keyword, reading)) continue
    const { value } = entry
    if (value.kind === 'scalar') env.push([name, value.text])
    else wrongType(value, keyword, 'a text', reading)
  }
  return Object.fromEntries(env)
}
