import { parsePathRegexp } from '../expression/pattern.ts'
import type { FileMatcher } from '../glob/file-matcher.ts'
import { limits } from '../limits.ts'
import type { ChangesCondition, ExistsCondition, PlacedText } from '../read/path-conditions.ts'
import type { Rule } from '../read/rules.ts'
import type { VariableScope } from '../variables/variable-scope.ts'
import { quote } from '../yaml/located.ts'
import type { PathsElsewhere } from './paths-elsewhere.ts'

/** The paths that the rules of one pipeline look at. */
export interface RulePaths {
  /** `null` when it is unknown what changed: then every `changes` matches, as in GitLab. */
  changed: FileMatcher | null
  files: FileMatcher
  /** Paths of other refs and projects. */
  elsewhere: PathsElsewhere
}

/** What the conditions of rules look at. */
export interface RulesView extends RulePaths {
  scope: VariableScope
  /** Whose rules they are, as messages name it: `job "build"`, `workflow`. */
  subject: string
}

/** One condition of a rule: whether it holds, and what it says. */
export interface Clause {
  holds: boolean
  text: string
}

/** `rules:changes`: whether one of the changed paths matches; true when it is unknown what changed, as in GitLab. */
export function changesClause(rule: Rule, condition: ChangesCondition, view: RulesView): Clause {
  const { compareTo } = condition
  const text = `changes ${toldOf(condition)}${compareTo === null ? '' : ` since ${compareTo.text}`}`
  const changed = compareTo === null ? view.changed : changedSince(rule, compareTo, view)
  if (changed === null) return { holds: true, text: `${text} (counts as true: what changed is unknown)` }
  if (condition.regexp !== null) return regexpClause(text, `${rule.name}:changes`, condition.regexp, changed, view)
  const globs = [...new Set(condition.globs.map((glob) => view.scope.expandText(glob)))]
  if (changed.size * globs.length > limits.ruleComparisons) return { holds: true, text: tooMany(text, changed) }
  return foundClause(
    text,
    firstOf(globs, (glob) => changed.find(glob)),
  )
}

function changedSince(rule: Rule, compareTo: PlacedText, { scope, elsewhere, subject }: RulesView): FileMatcher | null {
  const attempt = `Cannot compare with ${quote(compareTo.text)} for ${rule.name}:changes of ${subject}`
  return elsewhere.changedSince(scope.expandText(compareTo.text), { attempt, place: compareTo.place })
}

/** `rules:exists`: whether one of the files matches; a glob that ends in a slash looks for folders. */
export function existsClause(rule: Rule, condition: ExistsCondition, view: RulesView): Clause {
  const { project, ref } = condition
  const where = project === null ? '' : ` in ${project.text}${ref === null ? '' : `@${ref.text}`}`
  const text = `exists ${toldOf(condition)}${where}`
  const files = project === null ? view.files : filesOf(rule, project, ref, view)
  if (files === null) return { holds: false, text }
  if (condition.regexp !== null) return regexpClause(text, `${rule.name}:exists`, condition.regexp, files, view)
  return globsClause(
    text,
    condition.globs.map((glob) => view.scope.expandText(glob)),
    files,
  )
}

function filesOf(rule: Rule, project: PlacedText, ref: PlacedText | null, view: RulesView): FileMatcher | null {
  const { scope, elsewhere, subject } = view
  const at = ref === null ? '' : ` at ${quote(ref.text)}`
  const attempt = `Cannot look into project ${quote(project.text)}${at} for ${rule.name}:exists of ${subject}`
  const refText = ref === null ? null : scope.expandText(ref.text)
  return elsewhere.filesOf(scope.expandText(project.text), refText, { attempt, place: project.place })
}

/** Names first, then globs, which GitLab stops comparing after so many files and takes as matched. */
function globsClause(text: string, globs: readonly string[], files: FileMatcher): Clause {
  const counted = globs.filter((glob) => !glob.endsWith('/') && isCounted(glob))
  const sure = globs.filter((glob) => !counted.includes(glob))
  const found = firstOf(sure, (glob) => (glob.endsWith('/') ? files.folders : files).find(glob))
  if (found !== null) return foundClause(text, found)
  const looked = globs.every(isTopLevel) ? files.topLevel : files
  let compared = 0
  for (const glob of counted) {
    const answer = looked.search(glob)
    compared += answer.compared
    if (compared > limits.ruleComparisons) return { holds: true, text: tooMany(text, looked) }
    if (answer.found !== null) return foundClause(text, answer.found)
  }
  return { holds: false, text }
}

/** Neither a plain name nor a file name extension in any folder, which GitLab finds without comparing. */
function isCounted(glob: string): boolean {
  const rest = glob.replace(/^\*\*\/\*/, '')
  const isExtension = rest !== glob && /^\.[^/*?[{]*$/.test(rest)
  return /[*?[{]/.test(glob) && !isExtension
}

function isTopLevel(glob: string): boolean {
  return !glob.includes('/') && !glob.includes('**')
}

function regexpClause(text: string, keyword: string, written: PlacedText, paths: FileMatcher, view: RulesView): Clause {
  const result = parsePathRegexp(view.scope.expandText(written.text))
  if (!result.ok) {
    const fault = `regular expression ${quote(written.text)} with its variables: ${result.fault}`
    view.elsewhere.mistake(
      'PIPELINE_PATTERN',
      written.place,
      `Cannot read ${keyword}:regexp of ${view.subject}: ${fault}`,
    )
    return { holds: false, text }
  }
  if (paths.size > limits.ruleComparisons) return { holds: true, text: tooMany(text, paths) }
  return foundClause(text, paths.findMatching(result.pattern))
}

function toldOf({ globs, regexp }: ChangesCondition | ExistsCondition): string {
  return regexp === null ? globs.join(', ') : `regexp ${regexp.text}`
}

function firstOf(globs: readonly string[], find: (glob: string) => string | null): string | null {
  for (const glob of globs) {
    const found = find(glob)
    if (found !== null) return found
  }
  return null
}

function foundClause(text: string, found: string | null): Clause {
  return { holds: found !== null, text: found === null ? text : `${text} (${found})` }
}

function tooMany(text: string, paths: FileMatcher): string {
  return `${text} (counts as true: ${paths.size} paths take more than ${limits.ruleComparisons} comparisons)`
}
