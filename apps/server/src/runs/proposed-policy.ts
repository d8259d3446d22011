/**
 * A change that proposes another policy is judged by that one as well as by the one in force, on its own run: what is in
 * force was fulfilled once, by the commit that brought it, and so never refuses every later change. What is proposed
 * only adds gates, one of them on its release; none of the policy in force sees anything of it.
 */
import type { EvidenceRecord } from '@sluice/contracts/evidence'
import type { Plan } from '@sluice/contracts/plan'
import type { GatePolicy, Policy, ReleasePolicy, ReportSource } from '@sluice/contracts/policy'
import { canonicalJson } from '@sluice/kernel'
import type { RunRow } from '@sluice/store-postgres'

/** Ends the names that proposed gates and reports have in the run. No name of a policy holds a dot. */
const mark = '.proposed'

/** Asks whether the release that a change proposes can be made. No gate of a policy has a dot in its name. */
export const releaseGate = `policy.release${mark}`

/** The policy in force and, where the change's own is another one, that. */
export type Policies = Pick<RunRow, 'policy' | 'proposed_policy'>

/** The same, with the run that they are of. */
export type PoliciesOfRun = Policies & Pick<RunRow, 'ref' | 'policy_ref'> & { plan: Pick<Plan, 'stages' | 'jobs'> }

export const isProposed = (name: string): boolean => name.endsWith(mark)

/** The gates that the run asks for, by the names that they have in it. */
export function gatesToAsk(run: PoliciesOfRun): GatePolicy[] {
  const { policy, proposed_policy: proposed } = run
  if (proposed === null) return policy.gates
  const isSame = canonicalJson(proposed.reports) === canonicalJson(policy.reports)
  const others = isSame ? proposed.gates.filter((gate) => !includes(policy.gates, gate)) : proposed.gates
  const release = releaseToProve(run)
  const last = { name: releaseGate, after: run.plan.stages.at(-1) ?? '', rules: [] }
  return [...policy.gates, ...others.map(marked), ...(release === null ? [] : [last])]
}

/**
 * The release as the proposed policy wants it, where it wants another one than the policy in force; `null` where there is
 * nothing to prove. A run of another branch brings no policy in force, and may leave out the job that makes releases.
 */
export function releaseToProve({
  policy,
  proposed_policy: proposed,
  ref,
  policy_ref: protectedRef,
  plan,
}: PoliciesOfRun): ReleasePolicy | null {
  const release = proposed?.release
  if (release === undefined || canonicalJson(release) === canonicalJson(policy.release ?? null)) return null
  return ref === protectedRef || plan.jobs.some(({ name }) => name === release.job) ? release : null
}

/** The reports that the run's jobs hand in for either policy, by the names that they have in it. */
export function reportsToTake({ policy, proposed_policy: proposed }: Policies): ReportSource[] {
  const others = (proposed?.reports ?? []).filter((source) => !includes(policy.reports, source))
  return [...policy.reports, ...others.map(marked)]
}

/** What a report of the run is called in the proposed policy; `null` where it would not be handed in under that. */
export function nameInProposed(policy: Policy, proposed: Policy, name: string): string | null {
  const source = proposed.reports.find((one) => name === (includes(policy.reports, one) ? one.name : marked(one).name))
  if (source !== undefined) return source.name
  const isOfPolicy = [...policy.reports, ...proposed.reports].some((one) => one.name === name)
  return isOfPolicy || isProposed(name) ? null : name
}

/**
 * Evidence as the proposed policy would have it. Its jobs are then those of the protected branch, so each is as the
 * change defines it.
 */
export function evidenceInProposed(policy: Policy, proposed: Policy, evidence: EvidenceRecord[]): EvidenceRecord[] {
  return evidence.flatMap((record) => {
    const name = nameInProposed(policy, proposed, record.name)
    return name === null || isReplaced(proposed, name, record) ? [] : [{ ...record, name }]
  })
}

/** A report under GitLab's name counts only where the policy does not name that job and format (`reportsOf`). */
function isReplaced({ reports }: Policy, name: string, { format, producer }: EvidenceRecord): boolean {
  const isNamed = reports.some((source) => source.name === name)
  return !isNamed && reports.some((source) => source.job === producer.job && source.format === format)
}

const marked = <T extends { name: string }>(named: T): T => ({ ...named, name: `${named.name}${mark}` })

const includes = (all: readonly object[], one: object): boolean =>
  all.some((other) => canonicalJson(other) === canonicalJson(one))
