import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chooseRuntimeFolder } from './runtime-folder.ts'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 's-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const long = 'a-folder-with-a-name-that-leaves-no-room-for-a-socket'

test('sockets lie in the data folder when its path is short', async () => {
  const data = scratch()
  const folder = await chooseRuntimeFolder(data)
  expect(folder).toBe(join(data, 'run'))
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('a long path gets a private folder in the temporary folder, always the same', async () => {
  const temporary = scratch()
  const data = join(scratch(), long, 'data')
  const folder = await chooseRuntimeFolder(data, temporary)
  expect(folder.startsWith(temporary)).toBe(true)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(await chooseRuntimeFolder(data, temporary)).toBe(folder)
  expect(await chooseRuntimeFolder(`${data}2`, temporary)).not.toBe(folder)
})

test('every socket in it has a path of 107 bytes at most', async () => {
  const temporary = scratch()
  for (let length = 1; length < 120; length++) {
    const data = join(scratch(), 'x'.repeat(length))
    const folder = await chooseRuntimeFolder(data, temporary)
    expect(Buffer.byteLength(join(folder, 'pg', '.s.PGSQL.5432'))).toBeLessThanOrEqual(107)
  }
})

test.each([
  ['that others may enter', (folder: string) => (mkdirSync(folder), chmodSync(folder, 0o755)), 'mode 755'],
  ['that is a link', (folder: string) => symlinkSync('/tmp', folder), 'no folder'],
])('a folder %s is refused', async (_name, plant, reason) => {
  const temporary = scratch()
  const data = join(scratch(), long, 'data')
  const folder = await chooseRuntimeFolder(data, temporary)
  rmSync(folder, { recursive: true })
  plant(folder)
  await expect(chooseRuntimeFolder(data, temporary)).rejects.toMatchObject({
    code: 'POSTGRES_RUNTIME_FOLDER_REFUSED',
    message: expect.stringContaining(reason),
  })
})
