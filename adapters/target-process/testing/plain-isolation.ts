import type { Isolation } from '@sluice/execution'

/** No isolation at all, for tests on machines without namespaces: the command as it is, paths where they lie. */
export const plainIsolation: Isolation = {
  level: 'none',
  inside: ({ from }) => from,
  owner: () => null,
  home: () => '/tmp',
  command: ({ command: [file = '', ...args], env, cwd }) => ({ file, args, env: { ...env }, cwd, input: '' }),
}
