import type { Permission } from '@sluice/contracts/access'
import type { Actor } from '@sluice/contracts/events'
import { unreachable } from '@sluice/kernel'

/**
 * `visitor`: whoever reaches the console's address. `member`: a person with a session. `administrator`: whoever owns
 * the data folder, known by the socket that only they can open. A runner or a job has no role here: its own tokens
 * open the runner protocol and nothing else.
 */
type Role = 'visitor' | 'member' | 'administrator'

const visitor = ['project.read', 'run.read', 'session.read', 'session.open'] as const
const member = [...visitor, 'run.create', 'run.cancel', 'producers.accept', 'environment.stop'] as const
const administrator = [
  ...member,
  'project.register',
  'change.propose',
  'resource-group.configure',
  'runner.register',
  'session.invite',
  'server.stop',
] as const

const table: Record<Role, readonly Permission[]> = { visitor, member, administrator }

/** The roles of an actor. Runners and parts of Sluice never act through the API, so they have none. */
function rolesOf(actor: Actor): Role[] {
  switch (actor.kind) {
    case 'anonymous':
      return ['visitor']
    case 'person':
      return actor.id.startsWith('local:') ? ['administrator'] : ['member']
    case 'runner':
    case 'system':
      return []
    default:
      return unreachable(actor.kind)
  }
}

/** Every permission of an actor, in the table's order. */
export function permissionsOf(actor: Actor): Permission[] {
  return [...new Set(rolesOf(actor).flatMap((role) => table[role]))]
}

/** Whether the actor may; closed for whatever the table does not name. */
export function may(actor: Actor, permission: Permission): boolean {
  return permissionsOf(actor).includes(permission)
}
