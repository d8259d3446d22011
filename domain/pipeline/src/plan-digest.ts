import type { Plan } from '@sluice/contracts/plan'
import { digestOf } from '@sluice/kernel'

/** `sha256:…` over the canonical spelling of the plan: equal plans, equal digests. */
export function planDigest(plan: Plan): string {
  return digestOf(plan)
}
