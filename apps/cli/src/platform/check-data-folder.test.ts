import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { checkDatabaseKept, checkKeyKept, checkKinds } from './check-data-folder.ts'

const embedded = { 'server.json': '{"databaseUrl": "postgresql://postgres:x@/postgres?host=%2Fd%2Frun%2Fpg"}' }
const used = { 'runner.json': '{}', 'keys/signer.pem': '' }
const secret = { 'postgres.password': 'x' }
const database = { 'postgres/PG_VERSION': '18' }

test.each([
  ['of a first start that was cut off', { ...secret, 'log/postgres.log': '' }, true],
  ['whose database is there', { ...used, ...secret, ...database }, true],
  ['that used a PostgreSQL of its user', { ...used, 'server.json': '{"databaseUrl": "postgresql://a@b/c"}' }, true],
  ['that lost its database', { ...used, ...secret }, false],
  ['that lost its database and the configuration of its runner', { 'keys/signer.pem': '', ...secret }, false],
  ['that lost its database and the password of it', { ...used, ...embedded }, false],
])('a database is made anew in a folder %s: %#', async (_, files, isFine) => {
  const data = writeFiles(scratchFolder(), files)
  const check = checkDatabaseKept(data)
  if (isFine) await expect(check).resolves.toBeUndefined()
  else await expect(check).rejects.toMatchObject({ code: 'CLI_DATA_DAMAGED' })
})

test('an emptied folder of the database counts as lost', async () => {
  const data = writeFiles(scratchFolder(), { ...used, ...secret })
  mkdirSync(join(data, 'postgres'))
  await expect(checkDatabaseKept(data)).rejects.toThrow('is missing or empty')
})

test.each([
  ['a fresh folder', {}, true],
  ['a used folder', used, true],
  ['a used folder without it', { 'runner.json': '{}' }, false],
  ['a used folder where it was emptied', { 'runner.json': '{}', 'keys/other': '' }, false],
])('the key is made anew only where there was none: %s', async (_, files, isFine) => {
  const check = checkKeyKept(writeFiles(scratchFolder(), files))
  if (isFine) await expect(check).resolves.toBeUndefined()
  else await expect(check).rejects.toMatchObject({ code: 'CLI_DATA_DAMAGED' })
})

test.each([
  [{ postgres: '' }, '"postgres" is no folder'],
  [{ blobs: '' }, '"blobs" is no folder'],
  [{ 'runner.json/a': '' }, '"runner.json" is a folder instead of a file'],
])('what is of another kind is named: %j', async (files, sentence) => {
  const data = writeFiles(scratchFolder(), files)
  await expect(checkKinds(data)).rejects.toMatchObject({
    code: 'CLI_DATA_DAMAGED',
    message: `Cannot use data folder "${data}": ${sentence}; restore it from a backup, or remove the whole data folder to begin anew`,
  })
})
