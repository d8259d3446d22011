import type { PlanTrigger, Reason } from '@sluice/contracts/plan'
import { evaluateExpression, variablesOf } from '../expression/evaluate-expression.ts'
import { parsePattern } from '../expression/pattern.ts'
import type { JobDefinition } from '../read/job.ts'
import { defaultRefs, isRefPattern, type RefPolicy } from '../read/only-except.ts'
import type { RulesView } from './path-clauses.ts'

/** What `only` and `except` look at. */
export interface OnlyExceptView extends Pick<RulesView, 'scope' | 'changed'> {
  trigger: PlanTrigger
  /** With its groups, as `CI_PROJECT_PATH`. */
  projectPath: string
  /** Whether a job without `only` is for branches and tags; not so where the workflow has rules. */
  hasDefault: boolean
}

/**
 * Decides a job without `rules`: it is in when all that `only` says holds and nothing that `except` says does. Reasons
 * are empty where the default alone decided that it is in.
 */
export function decideOnlyExcept(
  { only, except, place }: Pick<JobDefinition, 'only' | 'except' | 'place'>,
  view: OnlyExceptView,
): { isIn: boolean; reasons: Reason[] } {
  const reasons: Reason[] = []
  if (only === null && view.hasDefault && !matchesRefs(defaultRefs, view)) {
    const text = `only is not given, so the job is for ${defaultRefs.join(' and ')}: this is neither (${view.trigger.source})`
    return { isIn: false, reasons: [{ kind: 'only', text, position: place }] }
  }
  if (only !== null) {
    const clauses = clausesOf({ ...only, refs: only.refs ?? (view.hasDefault ? defaultRefs : null) }, view)
    const failed = clauses.filter(({ holds }) => !holds)
    reasons.push(reasonOf('only', only, failed.length === 0 ? clauses : failed, failed.length === 0, view))
    if (failed.length > 0) return { isIn: false, reasons }
  }
  if (except !== null) {
    const clauses = clausesOf(except, view)
    const held = clauses.filter(({ holds }) => holds)
    reasons.push(reasonOf('except', except, held.length > 0 ? held : clauses, held.length > 0, view))
    if (held.length > 0) return { isIn: false, reasons }
  }
  return { isIn: true, reasons }
}

interface Clause {
  holds: boolean
  text: string
}

function reasonOf(
  kind: 'only' | 'except',
  policy: RefPolicy,
  clauses: readonly Clause[],
  matched: boolean,
  view: OnlyExceptView,
): Reason {
  const told = clauses.map(({ text }) => text).join('; ')
  const text = `${kind} ${matched ? 'matched' : 'did not match'}: ${told}`
  const names = new Set((policy.variables ?? []).flatMap(({ expression }) => variablesOf(expression)))
  if (names.size === 0) return { kind, text, position: policy.place }
  const values = Object.fromEntries([...names].map((name) => [name, view.scope.shown(name)]))
  return { kind, text, position: policy.place, values }
}

function clausesOf(policy: RefPolicy, view: OnlyExceptView): Clause[] {
  const clauses: Clause[] = []
  if (policy.refs !== null) clauses.push(refsClause(policy.refs, view))
  if (policy.variables !== null) clauses.push(variablesClause(policy.variables, view))
  if (policy.changes !== null) clauses.push(changesClause(policy.changes, view))
  if (policy.kubernetes) clauses.push({ holds: false, text: 'kubernetes: active (no cluster is ever connected here)' })
  return clauses
}

function refsClause(refs: readonly string[], view: OnlyExceptView): Clause {
  const found = refs.find((ref) => matchesRefs([ref], view))
  const { ref, source } = view.trigger
  return found === undefined
    ? { holds: false, text: `refs ${refs.join(', ')} (this is ${ref}, by ${source})` }
    : { holds: true, text: `refs ${found}` }
}

function matchesRefs(refs: readonly string[], view: OnlyExceptView): boolean {
  return refs.some((ref) => {
    const at = ref.indexOf('@')
    if (at !== -1 && ref.slice(at + 1) !== view.projectPath) return false
    return matchesRef(at === -1 ? ref : ref.slice(0, at), view.trigger)
  })
}

/** Names and regular expressions are for branches and tags, not for merge requests. */
function matchesRef(pattern: string, trigger: PlanTrigger): boolean {
  const isTag = trigger.refType === 'tag'
  // The child of a merge request's pipeline is one too.
  const isBranch = !isTag && trigger.source !== 'merge_request_event' && trigger.mergeRequest === undefined
  if ((isTag && pattern === 'tags') || (isBranch && pattern === 'branches')) return true
  const source = trigger.source.replace(/_event$/, '')
  if (pattern === source || pattern === pluralOf(source)) return true
  if (!isTag && !isBranch) return false
  if (!isRefPattern(pattern)) return pattern === trigger.ref
  const result = parsePattern(pattern)
  return result.ok && result.pattern.matches(trigger.ref)
}

function pluralOf(word: string): string {
  return /(?:s|x|sh|ch)$/.test(word) ? `${word}es` : `${word}s`
}

function variablesClause(conditions: NonNullable<RefPolicy['variables']>, { scope }: OnlyExceptView): Clause {
  const found = conditions.find(({ expression }) => evaluateExpression(expression, (name) => scope.written(name)))
  const told = found === undefined ? conditions : [found]
  return { holds: found !== undefined, text: `variables ${told.map(({ text }) => text).join(', ')}` }
}

/** No variables are filled in, as in GitLab. */
function changesClause(patterns: readonly string[], { changed }: OnlyExceptView): Clause {
  const told = patterns.join(', ')
  if (changed === null) return { holds: true, text: `changes ${told} (counts as true: what changed is unknown)` }
  for (const pattern of patterns) {
    const found = changed.find(pattern)
    if (found !== null) return { holds: true, text: `changes ${pattern} (${found})` }
  }
  return { holds: false, text: `changes ${told}` }
}
