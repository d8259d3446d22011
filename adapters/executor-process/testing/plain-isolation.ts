import type { Isolation } from '@sluice/execution'

/** The plainest isolation, for tests of what runs through one: level `none`, the command as it is. */
export function plainIsolation(): Isolation {
  return {
    level: 'none',
    inside: ({ from }) => from,
    home: () => '/nowhere',
    owner: () => null,
    command: ({ command, cwd, env }) => {
      const [file = '', ...args] = command
      return { file, args, cwd, env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...env }, input: '' }
    },
  }
}
