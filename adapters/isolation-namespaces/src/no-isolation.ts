import { userInfo } from 'node:os'
import type { IsolatedCommand, IsolatedSpec, Isolation } from '@sluice/execution'
import { checkSpec, checkedEnvironment } from './check-spec.ts'
import { standardPath } from './standard-path.ts'

/**
 * Runs the command as it is, as the current user, and says so: level `none`. Only the environment is built from nothing.
 * Bound paths are seen where they lie.
 */
export function noIsolation(): Isolation {
  return {
    level: 'none',
    inside: ({ from }) => from,
    home: () => userInfo().homedir,
    owner: () => null,
    command: plainCommand,
  }
}

function plainCommand(spec: IsolatedSpec): IsolatedCommand {
  checkSpec(spec)
  const { username, homedir } = userInfo()
  const defaults = { PATH: standardPath, HOME: homedir, USER: username, LOGNAME: username, SHELL: '/bin/bash' }
  const [file = '', ...args] = spec.command
  return {
    file,
    args,
    env: Object.fromEntries(checkedEnvironment({ ...defaults, ...spec.env })),
    cwd: spec.cwd,
    input: '',
  }
}
