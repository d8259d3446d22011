import { expect, test } from 'vitest'
import { socketFolderOf } from './socket-folder.ts'

test.each([
  ['postgresql://user:secret@127.0.0.1:5432/sluice', null],
  ['postgresql:///sluice', null],
  ['postgresql://user@/sluice?host=/var/run/postgresql', '/var/run/postgresql'],
  ['postgresql://user@localhost/sluice?host=/var/run/postgresql&port=5433', '/var/run/postgresql'],
  ['postgresql://user@%2Fvar%2Frun%2Fpostgresql/sluice', '/var/run/postgresql'],
  ['postgresql://user@/sluice?host=/srv/pg/.s.PGSQL.5432', '/srv/pg'],
  ['no url', null],
])('the socket folder of %s is %s', (url, folder) => {
  expect(socketFolderOf(url)).toBe(folder)
})
