import { describe, expect, test } from 'vitest'
import { serverAtBase, serverOfRemote, withToken } from './project-server.ts'

describe('serverOfRemote()', () => {
  test.each([
    ['https://gitlab.example.com/group/card.git', 'gitlab.example.com', 'https://gitlab.example.com/', 'https'],
    [
      'https://gitlab.example.com:8443/group/card',
      'gitlab.example.com:8443',
      'https://gitlab.example.com:8443/',
      'https',
    ],
    ['git@gitlab.example.com:group/sub/card.git', 'gitlab.example.com', 'git@gitlab.example.com:', 'ssh'],
    [
      'ssh://git@gitlab.example.com:2222/group/card.git',
      'gitlab.example.com',
      'ssh://git@gitlab.example.com:2222/',
      'ssh',
    ],
    ['http://localhost:8080/group/card.git', 'localhost:8080', 'http://localhost:8080/', 'http'],
  ])('%s', (address, host, base, protocol) => {
    expect(serverOfRemote(address)).toEqual({ host, base, protocol, authorization: null })
  })

  test.each(['/srv/git/card.git', '../card', 'file:///srv/git/card.git', 'ext::sh -c true', '-oProxyCommand=x:y', ''])(
    '%j is no server',
    (address) => expect(serverOfRemote(address)).toBeNull(),
  )

  test('a password in the address becomes the authorization and leaves the address', () => {
    const server = serverOfRemote('https://ada:p%40ss@gitlab.example.com/group/card.git')
    expect(server?.base).toBe('https://gitlab.example.com/')
    expect(server?.authorization).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`)
  })
})

describe('serverAtBase()', () => {
  test.each([
    ['https://host/gitlab', 'https://host/gitlab/', 'https'],
    ['git@host:', 'git@host:', 'ssh'],
    ['/srv/git', '/srv/git/', 'file'],
    ['file:///srv/git/', '/srv/git/', 'file'],
  ])('%s', (address, base, protocol) => expect(serverAtBase(address)).toMatchObject({ base, protocol }))
})

describe('withToken()', () => {
  test.each([
    ['https://host/', true],
    ['http://127.0.0.1:8080/', true],
    ['http://host/', false],
    ['git@host:', false],
  ])('%s takes it: %s', (address, takes) => {
    const server = serverAtBase(address)
    expect(server !== null && withToken(server, 't').authorization !== null).toBe(takes)
  })
})
