import { expect, test } from 'vitest'
import { failureOf } from './failure.ts'

test.each([
  ['initdb: error: could not write file "/x/y": No space left on device', 'POSTGRES_DISK_FULL'],
  ['2026 [1] FATAL:  could not write lock file "postmaster.pid": No space left on device', 'POSTGRES_DISK_FULL'],
  ['2026 [1] PANIC:  could not locate a valid checkpoint record at 0/1', 'POSTGRES_DATA_CORRUPT'],
  ['2026 [1] FATAL:  incorrect checksum in control file', 'POSTGRES_DATA_CORRUPT'],
  ['2026 [1] FATAL:  database files are incompatible with server', 'POSTGRES_DATA_VERSION'],
  ['2026 [1] FATAL:  could not create any Unix-domain sockets', 'POSTGRES_START_FAILED'],
  ['', 'POSTGRES_START_FAILED'],
])('what PostgreSQL wrote becomes one sentence: %s', (output, code) => {
  const error = failureOf('start PostgreSQL', `first line\n${output}\nlast line\n`, '/data', '/log')
  expect(error.code).toBe(code)
  expect(error.message).toMatch(/^Cannot start PostgreSQL: .+/)
  expect(error.message).not.toContain('\n')
})
