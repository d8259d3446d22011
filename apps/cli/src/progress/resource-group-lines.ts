import type { ResourceClaimView, ResourceGroupView } from '@sluice/contracts/api'
import { padTo } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'

/** Groups line by line: name, mode, who holds it, who is in line. */
export function resourceGroupLines(groups: readonly ResourceGroupView[]): string[] {
  if (groups.length === 0) return ['No run has named such a resource group.']
  const width = Math.max(...groups.map(({ name }) => name.length))
  return groups.map(({ name, processMode, holder, line }) => {
    const held = holder === null ? 'free' : `held by ${claimant(holder)}`
    const inLine = line.length === 0 ? '' : `; in line: ${line.map(waiting).join(', ')}`
    return `${padTo(printable(name), width)}  ${processMode.padEnd(modeWidth)}  ${held}${inLine}`
  })
}

const modeWidth = 'newest_ready_first'.length

const claimant = ({ job, runNumber }: ResourceClaimView): string => `job "${printable(job)}" of run ${runNumber}`

const waiting = (claim: ResourceClaimView): string =>
  claim.state === 'upcoming' ? `${claimant(claim)} (not ready)` : claimant(claim)
