import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { checkFreeSpace, readConfig, settingsInUse, settingsOf, writeConfig } from './settings.ts'

test('a data folder is made for this user alone', async () => {
  const data = join(scratchFolder(), 'deep', 'data')
  const settings = await settingsOf({ data })
  expect(settings.data).toBe(data)
  expect(statSync(data).mode & 0o777).toBe(0o700)
  expect(settings.serverSocket.length).toBeLessThan(108)
})

test.each([
  ['is empty', []],
  ['was used before', ['server.json']],
])('a data folder that is open to others and %s is closed to them', async (_, names) => {
  const data = scratchFolder()
  chmodSync(data, 0o755)
  for (const name of names) writeFileSync(join(data, name), '{}')
  await settingsOf({ data })
  expect(statSync(data).mode & 0o777).toBe(0o700)
})

test('an open folder with files of somebody else stays as it is and is refused', async () => {
  const data = scratchFolder()
  chmodSync(data, 0o755)
  writeFileSync(join(data, 'letter.txt'), '')
  await expect(settingsOf({ data })).rejects.toMatchObject({
    code: 'CLI_DATA_UNWRITABLE',
    message: `Cannot use data folder "${data}": it has mode 0755 and holds files that are not of a data folder; wanted a folder of this user, empty or with mode 0700`,
  })
  expect(statSync(data).mode & 0o777).toBe(0o755)
})

test.runIf(process.getuid?.() === 0)('an open folder of another user is refused (as root)', async () => {
  const data = scratchFolder()
  chmodSync(data, 0o755)
  chownSync(data, 65_534, 65_534)
  await expect(settingsOf({ data })).rejects.toThrow('it has mode 0755 and belongs to another user')
})

test.each(['run', 'log'])('a file in the place of its folder "%s" is told in one sentence', async (name) => {
  const data = scratchFolder()
  writeFileSync(join(data, name), '')
  await expect(settingsOf({ data })).rejects.toMatchObject({
    code: 'CLI_DATA_DAMAGED',
    message: expect.stringContaining(`"${name}" is no folder; restore it`),
  })
})

test.each(['/proc/x', '/proc/x/y', '/sys/x'])(
  'a folder that the system does not take is told at once: %s',
  async (data) => {
    await expect(settingsOf({ data })).rejects.toMatchObject({ code: 'CLI_DATA_UNWRITABLE' })
    expect(await settingsInUse({ data })).toBeNull()
  },
)

test('who only asks makes nothing', async () => {
  const data = join(scratchFolder(), 'data')
  expect(await settingsInUse({ data })).toBeNull()
  expect(existsSync(data)).toBe(false)
  mkdirSync(data)
  expect(await settingsInUse({ data })).toBeNull()
  expect(readdirSync(data)).toEqual([])
  const settings = await settingsOf({ data })
  expect(await settingsInUse({ data })).toEqual(settings)
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
    message:
      'Cannot start: the disk of data folder "/data" has 10 MiB free; wanted 2 GiB at least, as a first delivery needs about 1.5 GiB',
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
