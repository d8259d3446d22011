import type { GateRule, Policy } from '@sluice/contracts/policy'
import { compileExpression, reservedNames } from '../expression/compile.ts'
import type { PolicyMistake } from './policy-mistakes.ts'
import type { NodePath, Positions } from './positions.ts'

/** What the schema cannot see: names that must be there, or there once, expressions, and steps that must rise. */
export function crossMistakes(policy: Policy, positions: Positions): PolicyMistake[] {
  const { reports, gates, environments } = policy
  return [
    ...repeated(reports, ['reports'], 'report', positions),
    ...reservedReports(policy, positions),
    ...repeated(gates, ['gates'], 'gate', positions),
    ...gates.flatMap((gate, index) => repeated(gate.rules, ['gates', index, 'rules'], 'rule', positions)),
    ...gates.flatMap((gate, at) =>
      gate.rules.flatMap((rule, index) => ruleMistakes(policy, rule, ['gates', at, 'rules', index], positions)),
    ),
    ...repeated(environments, ['environments'], 'environment', positions),
    ...stepMistakes(policy, positions),
  ]
}

function repeated(
  items: readonly { name: string }[],
  path: NodePath,
  noun: string,
  positions: Positions,
): PolicyMistake[] {
  return items.flatMap(({ name }, index) => {
    if (items.findIndex((item) => item.name === name) === index) return []
    return [{ place: positions.of([...path, index, 'name']), message: `${noun} "${name}" is there twice, wanted once` }]
  })
}

function reservedReports({ reports }: Policy, positions: Positions): PolicyMistake[] {
  return reports.flatMap(({ name }, index) => {
    if (!reservedNames.has(name)) return []
    const message = `report "${name}" has a name that means something else in expressions, wanted another`
    return [{ place: positions.of(['reports', index, 'name']), message }]
  })
}

function ruleMistakes({ reports }: Policy, rule: GateRule, path: NodePath, positions: Positions): PolicyMistake[] {
  const undeclared = rule.requires.flatMap((name, index) => {
    if (reports.some((report) => report.name === name)) return []
    const message = `rule "${rule.name}" requires report "${name}", which "reports" does not declare`
    return [{ place: positions.of([...path, 'requires', index]), message }]
  })
  const compiled = compileExpression(rule.expr, reports)
  if (compiled.ok) return undeclared
  const place = positions.inText([...path, 'expr'], rule.expr, compiled.offset)
  return [...undeclared, { place, message: `expr of rule "${rule.name}": ${compiled.mistake}` }]
}

function stepMistakes({ environments }: Policy, positions: Positions): PolicyMistake[] {
  return environments.flatMap(({ name, strategy }, index) => {
    if (strategy.kind !== 'canary') return []
    const { steps } = strategy
    const path = ['environments', index, 'strategy', 'steps']
    const falls = steps.findIndex((step, at) => at > 0 && step <= (steps[at - 1] ?? 0))
    const found: PolicyMistake[] = []
    if (falls !== -1) {
      const message = `canary step ${steps[falls]} of environment "${name}" follows ${steps[falls - 1]}: steps must rise`
      found.push({ place: positions.of([...path, falls]), message })
    }
    if (steps.at(-1) !== 100) {
      const message = `last canary step of environment "${name}" is ${steps.at(-1)}, wanted 100`
      found.push({ place: positions.of([...path, steps.length - 1]), message })
    }
    return found
  })
}
