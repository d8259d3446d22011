import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { checkFreeSpace, readConfig, settingsOf, writeConfig } from './settings.ts'

test('a data folder is made for this user alone', async () => {
  const data = join(scratchFolder(), 'deep', 'data')
  const settings = await settingsOf({ data })
  expect(settings.data).toBe(data)
  expect(statSync(data).mode & 0o777).toBe(0o700)
  expect(settings.serverSocket.length).toBeLessThan(108)
})

test('a file in the way of the data folder is told in one sentence', async () => {
  const data = join(scratchFolder(), 'data')
  writeFileSync(data, '')
  await expect(settingsOf({ data })).rejects.toMatchObject({
    code: 'CLI_DATA_UNWRITABLE',
    message: `Cannot use data folder "${data}": it cannot be a folder, a file is in the way`,
  })
})

test.runIf(process.getuid?.() !== 0)('a data folder that may not be written is told (not as root)', async () => {
  const folder = scratchFolder()
  chmodSync(folder, 0o500)
  await expect(settingsOf({ data: join(folder, 'data') })).rejects.toMatchObject({ code: 'CLI_DATA_UNWRITABLE' })
})

test('a full disk is told before anything starts', async () => {
  const free = (): Promise<number> => Promise.resolve(10 * 1024 * 1024)
  await expect(checkFreeSpace('/data', free)).rejects.toMatchObject({
    code: 'CLI_DISK_FULL',
    message: 'Cannot start: the disk of data folder "/data" has 10 MiB free; wanted 300 MiB at least',
  })
})

test('a configuration is kept for this user alone; a damaged one is named', async () => {
  const file = join(scratchFolder(), 'runner.json')
  expect(await readConfig(file)).toBeNull()
  await writeConfig(file, { token: 'secret' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await readConfig(file)).toEqual({ token: 'secret' })
  writeFileSync(file, '{"token": "secret')
  await expect(readConfig(file)).rejects.toMatchObject({
    code: 'CLI_CONFIG_DAMAGED',
    message: expect.not.stringContaining('secret'),
  })
})
