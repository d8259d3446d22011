import type { Policy } from '@sluice/contracts/policy'

/** Whether an environment is one of the policy in force. While none is, as before a first success, each is. */
export function isInPolicy(environment: string, inForce: Policy | null): boolean {
  return inForce === null || inForce.environments.some(({ name }) => name === environment)
}
