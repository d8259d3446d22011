import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

const folders = ['postgres', 'run', 'log', 'keys', 'blobs', 'traces', 'repositories', 'uploads', 'target', 'runner']
const files = ['postgres.password', 'server.json', 'router.json', 'router-table.json', 'runner.json']

/**
 * Looks whether what lies in a data folder under our names is of the kind that we made.
 * @throws SluiceError CLI_DATA_DAMAGED
 */
export async function checkKinds(data: string, names: readonly string[] = [...folders, ...files]): Promise<void> {
  for (const name of names) {
    const found = await stat(join(data, name)).catch(() => null)
    const isFolder = folders.includes(name)
    if (found !== null && found.isDirectory() !== isFolder)
      throw damaged(data, `"${name}" is ${isFolder ? 'no folder' : 'a folder instead of a file'}`)
  }
}

/**
 * Refuses a folder that was used before and lost its database: a new one would be made, and all history be forgotten.
 * The runner's configuration and the key are made by a server that had the database.
 * @throws SluiceError CLI_DATA_DAMAGED
 */
export async function checkDatabaseKept(data: string): Promise<void> {
  const wasUsed = (await isThere(data, 'runner.json')) || (await isThere(data, 'keys/signer.pem'))
  if (!wasUsed || !(await hadOwnDatabase(data))) return
  const names = await readdir(join(data, 'postgres')).catch(() => [])
  if (names.length === 0) throw damaged(data, 'folder "postgres", the database with all history, is missing or empty')
}

/**
 * Refuses a folder that was used before and lost its key: with a new one nobody could verify the evidence any more.
 * @throws SluiceError CLI_DATA_DAMAGED
 */
export async function checkKeyKept(data: string): Promise<void> {
  if ((await isThere(data, 'runner.json')) && !(await isThere(data, 'keys/signer.pem')))
    throw damaged(data, '"keys/signer.pem", the key that signed its evidence, is missing')
}

/** Its password is made with the database, and stands in the URL that the server was started with. */
async function hadOwnDatabase(data: string): Promise<boolean> {
  if (await isThere(data, 'postgres.password')) return true
  const config = await readFile(join(data, 'server.json'), 'utf8').catch(() => '')
  return /\?host=%2F\S*%2Fpg"/.test(config)
}

async function isThere(data: string, name: string): Promise<boolean> {
  return (await stat(join(data, name)).catch(() => null)) !== null
}

function damaged(data: string, what: string): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_DATA_DAMAGED',
    `Cannot use data folder "${data}": ${what}; restore it from a backup, or remove the whole data folder to begin anew`,
  )
}
