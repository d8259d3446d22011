import type { EnvironmentView, RunView } from '@sluice/contracts/api'
import { formatDuration } from '@sluice/kernel'
import { addressOf } from './address-of.ts'
import { ofPolicy } from './of-policy.ts'

export interface SummaryInput {
  /** `null`: production ran the newest change already. */
  run: RunView | null
  environments: readonly EnvironmentView[]
  tookMs: number
}

/** What came of a delivery, line by line. */
export function deliverySummary({ run, environments, tookMs }: SummaryInput): string[] {
  const head = run === null ? alreadyThere(environments) : outcomeOf(run, formatDuration(tookMs))
  return [head, ...environments.map(environmentLine)]
}

function alreadyThere(environments: readonly EnvironmentView[]): string {
  const production = environments.findLast(({ tier, inPolicy }) => inPolicy && tier === 'production')
  const release = production?.release ?? null
  const named = release === null ? '' : `, release ${release.version}`
  return `Production runs the newest change already${named}: there was nothing to deliver.`
}

function outcomeOf(run: RunView, took: string): string {
  const change = `"${run.title}" (${run.commit.slice(0, 8)}, run ${run.number})`
  if (run.delivery === 'delivered') return `Delivered ${change} in ${took}`
  if (run.deliver) return `Not delivered: ${change}, after ${took}: ${run.sentence.en}`
  return `Run ${run.number} of "${run.title}", after ${took}: ${run.sentence.en}`
}

function environmentLine(environment: EnvironmentView): string {
  const name = environment.name.padEnd(12)
  const address = addressOf(environment)
  if (environment.release === null) return `  ${name} ${address}  (nothing runs there)`
  return `  ${name} ${address}  ${environment.release.version}, ${environment.state}${ofPolicy(environment)}`
}

/** The console with its sign-in link, and how it all ends. */
export function consoleLines(link: { url: string; expiresAt: string }, end: string): string[] {
  return [
    `  ${'console'.padEnd(12)} ${link.url}`,
    `  (the link signs you in once, until ${timeOf(link.expiresAt)}; "./sluice sign-in" makes another)`,
    '',
    end,
  ]
}

function timeOf(instant: string): string {
  const time = new Date(instant)
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`
}
