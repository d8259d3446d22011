import type { IsolatedSpec } from '@sluice/execution'
import { checkedEnvironment } from './check-spec.ts'
import { sandboxUser } from './isolated-users.ts'
import { standardPath } from './standard-path.ts'

/**
 * The environment of a sandbox, whichever way it is started: what is asked for, over a PATH and the user's name and home.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function sandboxEnvironment({ user, env }: IsolatedSpec): [string, string][] {
  const { name, home } = sandboxUser(user)
  const defaults = { PATH: standardPath, HOME: home, USER: name, LOGNAME: name, SHELL: '/bin/bash' }
  return checkedEnvironment({ ...defaults, ...env })
}
