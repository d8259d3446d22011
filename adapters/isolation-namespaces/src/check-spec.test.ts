import type { IsolatedSpec } from '@sluice/execution'
import { describe, expect, it } from 'vitest'
import { detectIsolation, noIsolation } from './index.ts'

const spec: IsolatedSpec = {
  command: ['/bin/true'],
  cwd: '/tmp',
  env: {},
  readOnlyPaths: [],
  writablePaths: [],
  network: true,
  user: 'service',
}

const layered = (below: string) => ({ from: '/a', to: '/b', layers: { below: [below], work: '/w' } })

describe('Isolation.command', async () => {
  const detected = await detectIsolation()
  it.each(
    [detected, noIsolation()].flatMap(
      (isolation) =>
        [
          [isolation.level, 'no command', isolation, { command: [] }],
          [isolation.level, 'a relative folder', isolation, { cwd: 'x' }],
          [isolation.level, 'a path that climbs', isolation, { readOnlyPaths: ['/a/../b'] }],
          [isolation.level, 'a path over the root', isolation, { writablePaths: [{ from: '/a', to: '/' }] }],
          [
            isolation.level,
            'a layer that would be another option',
            isolation,
            { writablePaths: [layered('/a,lowerdir=/b')] },
          ],
          [isolation.level, 'two layers in one path', isolation, { writablePaths: [layered('/a:/b')] }],
          [isolation.level, 'a line break in a path', isolation, { readOnlyPaths: ['/a\nb'] }],
          [isolation.level, 'a variable that is shell text', isolation, { env: { 'A;id': 'x' } }],
          [isolation.level, 'NUL in a value', isolation, { env: { A: 'x\0' } }],
          [isolation.level, 'a host name that is an option', isolation, { hostname: '-f' }],
        ] as const,
    ),
  )('of level %s refuses %s', (_level, _what, isolation, wrong) => {
    expect(() => isolation.command({ ...spec, ...wrong })).toThrow(
      expect.objectContaining({ code: 'EXECUTION_ISOLATION_SPEC' }),
    )
  })
})

describe('noIsolation', () => {
  it('pretends nothing: the command as it is, paths where they lie, a new environment', () => {
    const isolation = noIsolation()
    const command = isolation.command({ ...spec, env: { A: 'b' } })
    expect(command).toMatchObject({ file: '/bin/true', args: [], cwd: '/tmp', input: '' })
    expect(Object.keys(command.env).toSorted()).toEqual(['A', 'HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER'])
    expect([isolation.inside({ from: '/here', to: '/there' }), isolation.owner('job'), isolation.level]).toEqual([
      '/here',
      null,
      'none',
    ])
  })
})
