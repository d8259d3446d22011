import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Policy } from '@sluice/contracts/policy'

const path = 'sluice.yml'

/** The policy as it stands in the folder; a folder without one has no gates. @throws PolicyMistakes */
export async function readLocalPolicy(folder: string): Promise<Policy> {
  const text = await readFile(join(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return { version: 1, reports: [], gates: [], environments: [] }
  // What reads policies is a third of the program, and most folders have none.
  const { readPolicy } = await import('@sluice/gates')
  return readPolicy(text, path)
}

/** Gates that can be decided: every job that the policy wants a report from is among those that run. */
export function gatesInForce(policy: Policy, planned: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return policy.reports.every(({ job }) => planned.has(job) || !all.has(job))
}
