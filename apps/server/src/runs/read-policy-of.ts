import type { Policy } from '@sluice/contracts/policy'
import { PolicyMistakes, policyDigest, readPolicy } from '@sluice/gates'
import type { GitRepository } from '@sluice/git'
import { SluiceError } from '@sluice/kernel'
import { findPolicyCommit, type Database } from '@sluice/store-postgres'

/** A policy with where it was read. */
export interface PolicyInForce {
  policy: Policy
  ref: string
  commit: string
  digest: string
  /** The change's own where it is another one: it would be the next in force, and the run is judged by both. */
  proposed: Policy | null
  /** Nothing was in force: it is the change's own. */
  isFirst: boolean
}

const path = 'sluice.yml'
/** A project without a policy has no gates, releases nothing and deploys nowhere. */
export const noPolicy: Policy = { version: 1, reports: [], gates: [], environments: [] }

/**
 * The policy that a change is judged by: of the newest commit of the protected branch that has a good run. So a change
 * that lowers a gate is judged by the gate as it was, and so is the change after it when the first one did not pass; once
 * it has passed, its policy judges every change, and so itself when it is run again. Before anything has succeeded it is the change's own: there is nothing to
 * protect yet, and only an administrator registers a project. The change's own policy must be readable all the same,
 * since it becomes the next one: a mistake in it that nobody refused would refuse every later change, the mend too.
 * @throws SluiceError POLICY_MISTAKES
 */
export async function readPolicyOf(
  db: Database,
  repository: GitRepository,
  change: { project: string; defaultBranch: string; commit: string },
): Promise<PolicyInForce> {
  const found = await findPolicyCommit(db, change.project, change.defaultBranch)
  const commit = found ?? change.commit
  const policy = await policyAt(repository, commit)
  const own = commit === change.commit ? policy : await policyAt(repository, change.commit)
  const digest = policyDigest(policy)
  const proposed = policyDigest(own) === digest ? null : own
  return { policy, ref: change.defaultBranch, commit, digest, proposed, isFirst: found === null }
}

async function policyAt(repository: GitRepository, commit: string): Promise<Policy> {
  const text = await repository.readFile(commit, path)
  return text === null ? noPolicy : parse(text, commit)
}

function parse(text: string, commit: string): Policy {
  try {
    return readPolicy(text, path)
  } catch (cause) {
    if (!(cause instanceof PolicyMistakes)) throw cause
    throw new SluiceError('POLICY_MISTAKES', `Cannot read the policy as of ${commit.slice(0, 8)}: ${cause.message}`, {
      cause,
      status: 422,
    })
  }
}
