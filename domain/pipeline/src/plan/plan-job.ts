import type {
  ExcludedJob,
  PlanArtifacts,
  PlanCache,
  PlanEnvironment,
  PlanJob,
  PlanTrigger,
  PlanVariable,
  Reason,
} from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'
import { jobVariables, nodeVariables } from '../predefined-variables.ts'
import { cachePolicies, type CacheDefinition } from '../read/cache.ts'
import { inherits } from '../read/defaults.ts'
import type { EnvironmentDefinition } from '../read/environment.ts'
import type { JobDefinition, JobInstance } from '../read/job.ts'
import { planNeed, type NeedDefinition } from '../read/needs.ts'
import type { Rule } from '../read/rules.ts'
import { slug } from '../slug.ts'
import { expandTexts } from '../variables/expand-texts.ts'
import { VariableScope, type ExpansionBudget } from '../variables/variable-scope.ts'
import { quote } from '../yaml/located.ts'
import { decideOnlyExcept } from './decide-only-except.ts'
import { decideRules } from './decide-rules.ts'
import { definitionDigest } from './definition-digest.ts'
import type { RulePaths } from './path-clauses.ts'
import { expandContainer, expandService } from './expand-container.ts'
import { fillJobInputs } from './fill-job-inputs.ts'
import { planJobOptions, withPages } from './plan-job-options.ts'
import { standInForSecrets } from './stand-in-for-secrets.ts'

/** What is the same for all jobs of one pipeline. */
export interface PlanContext extends RulePaths {
  predefined: readonly PlanVariable[]
  /** `variables:` at the top, then those of the workflow's rule. */
  global: readonly PlanVariable[]
  workflowVariables: readonly PlanVariable[]
  project: readonly PlanVariable[]
  trigger: PlanTrigger
  projectPath: string
  /** Whether jobs without `only` and rules are for branches and tags. */
  hasDefaultRefs: boolean
  /** Why the pipeline runs at all; empty without workflow rules. */
  workflowReasons: readonly Reason[]
  expansion: ExpansionBudget
  includedBy: ReadonlyMap<string, Reason>
  mistakes: Mistakes
}

/** A job that is in, with the needs that hold for it and their places; or one that is out. */
export type PlannedJob =
  | { kind: 'in'; job: PlanJob; needs: readonly NeedDefinition[] | null }
  | { kind: 'out'; job: ExcludedJob }

/** Decides one job by its rules and fills in its variables. */
export function planJob(definition: JobDefinition, context: PlanContext): PlannedJob {
  const choice = choose(definition, context)
  const reasons = [...originReasons(definition, context), ...choice.reasons]
  if (choice.when === 'never') return { kind: 'out', job: excludedJob(definition, reasons) }
  const needs = choice.rule?.needs ?? definition.needs
  const scope = jobScope(definition, context, choice.rule?.variables ?? [])
  const fill = fillJobInputs(definition, context)
  const stoodIn = standInForSecrets(
    planJobOptions(definition.options, (text) => scope.expandText(fill(text)), fill),
    scope.resolved(),
    new Set(context.project.map(({ key }) => key)),
  )
  return {
    kind: 'in',
    needs,
    job: {
      name: definition.name,
      stage: definition.stage.name,
      needs: needs?.map(planNeed) ?? null,
      dependencies: definition.dependencies?.map(({ job }) => job) ?? null,
      beforeScript: definition.beforeScript.map(fill),
      script: definition.script.map(fill),
      afterScript: definition.afterScript.map(fill),
      when: choice.when,
      startInMs: choice.when === 'delayed' ? choice.startInMs : null,
      allowFailure: choice.allowFailure,
      retry: definition.retry,
      timeoutMs: definition.timeoutMs,
      interruptible: choice.rule?.interruptible ?? definition.interruptible,
      coverage: definition.coverage,
      ...parallelOf(definition),
      variables: stoodIn.variables,
      ...expandedParts(definition, scope, fill, context.mistakes),
      ...stoodIn.options,
      definitionDigest: definitionDigest(definition, writtenVariables(definition, context, choice.rule), needs),
      reasons: [...reasons, ...stoodIn.reasons],
    },
  }
}

export function excludedJob(definition: JobDefinition, reasons: Reason[]): ExcludedJob {
  return { name: definition.name, stage: definition.stage.name, ...parallelOf(definition), reasons }
}

function parallelOf({ instance }: JobDefinition): Pick<PlanJob, 'parallel'> {
  return instance === null ? {} : { parallel: { job: instance.of, index: instance.index, total: instance.total } }
}

interface Choice {
  rule: Rule | null
  when: JobDefinition['when']
  startInMs: number | null
  allowFailure: PlanJob['allowFailure']
  reasons: Reason[]
}

function choose(definition: JobDefinition, context: PlanContext): Choice {
  return definition.rules === null ? byOnlyExcept(definition, context) : byRules(definition, definition.rules, context)
}

function byOnlyExcept(definition: JobDefinition, context: PlanContext): Choice {
  const choice = withoutRules(definition)
  const { only, except } = definition
  const looksAtVariables = [only, except].some((policy) => policy !== null && policy.variables !== null)
  const scope = new VariableScope(looksAtVariables ? layersOf(definition, context) : [], context.expansion)
  const { trigger, projectPath, hasDefaultRefs, changed } = context
  const view = { scope, changed, trigger, projectPath, hasDefault: hasDefaultRefs }
  const { isIn, reasons } = decideOnlyExcept({ only, except, place: definition.place }, view)
  if (!isIn) return { ...choice, when: 'never', startInMs: null, reasons }
  return reasons.length === 0 ? choice : { ...choice, reasons: withOutcome(reasons, choice.when) }
}

/** The last reason, with what comes of it. */
function withOutcome(reasons: readonly Reason[], when: JobDefinition['when']): Reason[] {
  const last = reasons.at(-1)
  return last === undefined ? [] : [...reasons.slice(0, -1), { ...last, text: `${last.text} → when: ${when}` }]
}

/** Without rules a manual job may fail unless it says otherwise (GitLab's `allow_failure`). */
function withoutRules(definition: JobDefinition): Choice {
  const { when, startInMs, whenPlace } = definition
  const text = whenPlace === null ? 'no rules: runs with when: on_success' : `no rules: when: ${when}`
  const reason: Reason = { kind: 'no-rules', text, position: whenPlace ?? definition.place }
  return { rule: null, when, startInMs, allowFailure: definition.allowFailure ?? when === 'manual', reasons: [reason] }
}

function byRules(definition: JobDefinition, rules: readonly Rule[], context: PlanContext): Choice {
  const scope = new VariableScope(layersOf(definition, context), context.expansion)
  const { changed, files, elsewhere } = context
  const view = { scope, changed, files, elsewhere, subject: `job ${quote(definition.name)}` }
  const { rule, reasons } = decideRules(rules, view, 'rule')
  if (rule === null) {
    const text = rules.length === 0 ? 'rules is empty' : 'no rule matched'
    const none: Reason = { kind: 'no-match', text, position: definition.place }
    return { rule, when: 'never', startInMs: null, allowFailure: false, reasons: [...reasons, none] }
  }
  const when = rule.when ?? definition.when
  const startInMs = rule.startInMs ?? definition.startInMs
  // By GitLab's code the job's own `when` counts here, whatever the rule's.
  const allowFailure = rule.allowFailure ?? definition.allowFailure ?? definition.when === 'manual'
  return { rule, when, startInMs, allowFailure, reasons: withOutcome(reasons, when) }
}

function originReasons(definition: JobDefinition, context: PlanContext): Reason[] {
  const reasons: Reason[] = [...context.workflowReasons]
  const included = context.includedBy.get(definition.place.path)
  if (included !== undefined) reasons.push(included)
  if (definition.instance !== null) reasons.push(parallelReason(definition, definition.instance))
  if (definition.bases.length > 0) {
    reasons.push({ kind: 'extends', text: `extends ${definition.bases.join(', ')}`, position: definition.place })
  }
  if (definition.defaulted.length > 0) {
    reasons.push({ kind: 'default', text: `takes ${definition.defaulted.join(', ')} from default` })
  }
  return reasons
}

function parallelReason(definition: JobDefinition, { of, index, total, variables }: JobInstance): Reason {
  const values = variables.map(({ key, value }) => `${key}=${value}`).join(', ')
  const text = `parallel: job ${index} of ${total} of ${of}${values === '' ? '' : `, ${values}`}`
  return { kind: 'parallel', text, position: definition.parallel?.place ?? definition.place }
}

function inheritedVariables(definition: JobDefinition, variables: readonly PlanVariable[]): PlanVariable[] {
  return variables.filter(({ key }) => inherits(definition.inherit.variables, key))
}

/** What the pipeline's files say of the job's variables, lowest precedence first. */
function writtenVariables(definition: JobDefinition, context: PlanContext, rule: Rule | null): readonly PlanVariable[] {
  return [
    ...inheritedVariables(definition, context.global),
    ...inheritedVariables(definition, context.workflowVariables),
    ...definition.variables,
    ...(rule?.variables ?? []),
  ]
}

/** GitLab's precedence, lowest first. */
function layersOf(
  definition: JobDefinition,
  context: PlanContext,
  environment: readonly PlanVariable[] = [],
  ofRule: readonly PlanVariable[] = [],
): (readonly PlanVariable[])[] {
  return [
    context.predefined,
    jobVariables(definition.name, definition.stage.name),
    nodeVariables(definition.instance),
    environment,
    inheritedVariables(definition, context.global),
    inheritedVariables(definition, context.workflowVariables),
    definition.variables,
    ofRule,
    context.project,
  ]
}

/** The name of the environment is filled in first, since CI_ENVIRONMENT_NAME depends on it. */
function jobScope(definition: JobDefinition, context: PlanContext, ofRule: readonly PlanVariable[]): VariableScope {
  const scope = new VariableScope(layersOf(definition, context, [], ofRule), context.expansion)
  const { environment } = definition
  if (environment === null) return scope
  const name = scope.expandText(environment.name)
  const values: Record<string, string | null> = {
    CI_ENVIRONMENT_NAME: name,
    CI_ENVIRONMENT_SLUG: slug(name).slice(0, 24),
    CI_ENVIRONMENT_ACTION: environment.action,
    CI_ENVIRONMENT_TIER: environment.tier === null ? null : scope.expandText(environment.tier),
    CI_ENVIRONMENT_URL: environment.url,
  }
  const variables = Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
  return new VariableScope(layersOf(definition, context, variables, ofRule), context.expansion)
}

type ExpandedParts = Pick<
  PlanJob,
  'resourceGroup' | 'tags' | 'image' | 'services' | 'environment' | 'artifacts' | 'cache'
>

function expandedParts(
  definition: JobDefinition,
  scope: VariableScope,
  fill: (text: string) => string,
  mistakes: Mistakes,
): ExpandedParts {
  const text = (value: string): string => scope.expandText(fill(value))
  const { image, environment, artifacts } = definition
  return {
    resourceGroup: definition.resourceGroup === null ? null : text(definition.resourceGroup),
    tags: definition.tags.map(text),
    image: image === null ? null : expandContainer(image, text),
    services: definition.services.map((service) => expandService(service, text)),
    environment: environment === null ? null : expandEnvironment(environment, text),
    artifacts: expandArtifacts(withPages(artifacts, definition.options.pages), text),
    cache: definition.cache.map((cache) => expandCache(cache, text, definition, mistakes)),
  }
}

/** The job that stops it is a name, and GitLab fills in nothing there. */
function expandEnvironment(
  { tier, ...environment }: EnvironmentDefinition,
  text: (value: string) => string,
): PlanEnvironment {
  const { onStop } = environment
  return {
    ...expandTexts(environment, text),
    ...(onStop === undefined ? {} : { onStop }),
    ...(tier === null ? {} : { tier: text(tier) }),
  }
}

function expandArtifacts(artifacts: PlanArtifacts | null, text: (value: string) => string): PlanArtifacts | null {
  if (artifacts === null) return null
  const reports = Object.entries(artifacts.reports).map(([kind, paths]) => [kind, paths.map(text)] as const)
  return {
    ...artifacts,
    name: text(artifacts.name),
    paths: [...new Set(artifacts.paths.map(text))],
    exclude: artifacts.exclude.map(text),
    reports: Object.fromEntries(reports),
  }
}

function expandCache(
  { policyPlace, ...cache }: CacheDefinition,
  text: (value: string) => string,
  definition: JobDefinition,
  mistakes: Mistakes,
): PlanCache {
  const written = text(cache.policy)
  const policy = cachePolicies.find((choice) => choice === written)
  if (policy === undefined) {
    const message = `Cannot read cache:policy of job ${quote(definition.name)}: it is ${quote(cache.policy)}; wanted one of: ${cachePolicies.join(', ')}`
    mistakes.add('PIPELINE_WRONG_VALUE', policyPlace, message)
  }
  return {
    ...cache,
    key: text(cache.key) || 'default',
    keyFiles: cache.keyFiles.map(text),
    keyPrefix: text(cache.keyPrefix),
    ...(cache.fallbackKeys === undefined ? {} : { fallbackKeys: cache.fallbackKeys.map(text) }),
    paths: cache.paths.map(text),
    policy: policy ?? 'pull-push',
  }
}
