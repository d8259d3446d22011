import { expect, test } from 'vitest'
import { SandboxSpawner } from './sandbox-spawner.ts'

const machine = { systemFolders: ['/usr'], systemLinks: [], resolvConf: null, mountPoints: ['/mnt'] }
const spec = {
  command: ['/bin/true'],
  cwd: '/',
  env: {},
  readOnlyPaths: [],
  writablePaths: [],
  network: true,
  user: 'job',
} as const

test('a process that never becomes ready can be ended, and what waits for it is told', async () => {
  const spawner = new SandboxSpawner('uid', machine, ['/bin/sh', '-c', 'exec cat'])
  const started = spawner.start(spec)
  const told = expect(started).rejects.toThrow('the spawner ended with SIGKILL')
  await Promise.resolve()
  spawner.kill()
  await told
})
