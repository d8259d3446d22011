import { expect, test } from 'vitest'

import { lineLog } from '../src/log.ts'
import { toJsonInteger } from '../src/money.ts'
import { readSettings } from '../src/settings.ts'

const DATABASE_URL = 'postgres:///card?host=/run/postgresql&user=card'

test('only the database is needed; the rest has defaults', () => {
  const settings = readSettings({ DATABASE_URL })
  expect(settings).toEqual({
    databaseUrl: DATABASE_URL,
    databaseConnectionsMax: 10,
    host: '127.0.0.1',
    port: 8080,
    releaseDigest: null,
  })
})

test('every setting can be given', () => {
  const settings = readSettings({
    DATABASE_URL,
    DATABASE_CONNECTIONS_MAX: '4',
    HOST: '::1',
    PORT: '0',
    RELEASE_DIGEST: 'sha256:1',
  })
  expect(settings).toEqual({
    databaseUrl: DATABASE_URL,
    databaseConnectionsMax: 4,
    host: '::1',
    port: 0,
    releaseDigest: 'sha256:1',
  })
})

test.each([
  [{}, 'DATABASE_URL'],
  [{ DATABASE_URL: '', PORT: 'secret' }, 'DATABASE_URL, PORT'],
  [{ DATABASE_URL, PORT: '65536' }, 'PORT'],
  [{ DATABASE_URL, HOST: '' }, 'HOST'],
  [{ DATABASE_URL, DATABASE_CONNECTIONS_MAX: '0' }, 'DATABASE_CONNECTIONS_MAX'],
  [{ DATABASE_URL, DATABASE_CONNECTIONS_MAX: '101' }, 'DATABASE_CONNECTIONS_MAX'],
])('%o is refused, naming %s and no value', (env, names) => {
  expect(() => readSettings(env)).toThrow(
    `Cannot start: these environment variables are missing or not valid: ${names}`,
  )
})

test('a log line is one JSON object with time and event', () => {
  const lines: string[] = []
  lineLog(
    (line) => lines.push(line),
    () => new Date(0),
  )('listening', { port: 1 })
  expect(lines).toEqual(['{"at":"1970-01-01T00:00:00.000Z","event":"listening","port":1}\n'])
})

test('an amount beyond 2^53 - 1 is never written as a JSON number', () => {
  expect(toJsonInteger(9_007_199_254_740_991n)).toBe(Number.MAX_SAFE_INTEGER)
  expect(() => toJsonInteger(9_007_199_254_740_992n)).toThrow('over 2^53 - 1')
})
