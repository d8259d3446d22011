import type { BoundPath, IsolatedCommand, IsolatedSpec, Isolation, Layers } from '@sluice/execution'
import { checkLayers, checkSpec } from './check-spec.ts'
import { sandboxUser } from './isolated-users.ts'
import { sandboxEnvironment } from './sandbox-environment.ts'
import { sandboxScript, viewScript, type MachineLayout, type SandboxMode } from './sandbox-script.ts'
import type { SandboxSpawner } from './sandbox-spawner.ts'
import { shellQuote } from './shell-quote.ts'
import { standardPath } from './standard-path.ts'

/**
 * Isolation by Linux namespaces (mount, pid, IPC, host name) and the programs of util-linux.
 * `uid`: started as root, the command gets a user of its own. `user-namespace`: started as an ordinary user, the command
 * keeps that user's identity towards the machine but sees only what is bound and has no capability.
 * @param spawner starts the same sandboxes in a twentieth of the processor time
 */
export function namespaceIsolation(
  mode: SandboxMode,
  machine: MachineLayout,
  spawner: SandboxSpawner | null = null,
): Isolation {
  return {
    level: mode,
    inside: ({ to }) => to,
    home: (user) => sandboxUser(user).home,
    owner: (user) => (mode === 'uid' ? { uid: sandboxUser(user).number, gid: sandboxUser(user).number } : null),
    command: (spec) => sandboxCommand(spec, mode, machine),
    view: (path) => viewCommand(path, mode),
    ...(spawner === null ? {} : { start: async (spec) => spawner.start(spec), close: async () => spawner.close() }),
  }
}

function sandboxCommand(spec: IsolatedSpec, mode: SandboxMode, machine: MachineLayout): IsolatedCommand {
  checkSpec(spec)
  const ofUser = mode === 'uid' ? [] : ['--user', '--map-root-user']
  const unshare = [
    ...ofUser,
    '--mount',
    '--pid',
    '--ipc',
    '--uts',
    '--fork',
    '--kill-child',
    '/bin/sh',
    '-c',
    sandboxScript(spec, mode, machine),
  ]
  const dieWithParent = spec.surviveParent ? [] : ['--pdeathsig', 'KILL', 'unshare']
  return {
    file: spec.surviveParent ? 'unshare' : 'setpriv',
    args: [...dieWithParent, ...unshare],
    // Nothing of the caller's or the job's environment: these programs still have rights.
    env: { PATH: standardPath, LC_ALL: 'C' },
    cwd: '/',
    input: environmentInput(spec),
  }
}

function viewCommand(path: BoundPath & { layers: Layers }, mode: SandboxMode): IsolatedCommand {
  checkLayers({ ...path.layers, below: [...path.layers.below, path.from] })
  const ofUser = mode === 'uid' ? [] : ['--user', '--map-root-user']
  return {
    file: 'unshare',
    args: [...ofUser, '--mount', '/bin/sh', '-c', viewScript(path, mode)],
    env: { PATH: standardPath, LC_ALL: 'C' },
    cwd: '/',
    input: '',
  }
}

/** The environment as assignments for a shell, with a last line that proves it whole. */
function environmentInput(spec: IsolatedSpec): string {
  const lines = sandboxEnvironment(spec).map(([key, value]) => `export ${key}=${shellQuote(value)}`)
  return ['unset LC_ALL', ...lines, 'SLUICE_ENVIRONMENT_END=1', ''].join('\n')
}
