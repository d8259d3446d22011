import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { InstanceRole, RolloutInput } from './rollout.ts'

/** How an instance of this role is run: what serves by the policy that it was deployed with, the new ones by the new. */
export function environmentFor(input: RolloutInput, role: InstanceRole): EnvironmentPolicy {
  return role === 'stable' && input.previous !== null ? input.previous.environment : input.environment
}
