import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { kill, startSleeper } from '../../testing/sleeper.ts'
import { ProcessRecords } from './process-records.ts'

test('a recorded process is found while it lives; the record of a dead one goes', async () => {
  const folder = join(scratchFolder(), 'run')
  const records = new ProcessRecords(folder)
  const { child, identity } = await startSleeper()
  await records.write('server', { ...identity, logFile: '/log' })
  expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600)
  expect(await records.findRunning('server')).toEqual({ ...identity, logFile: '/log' })
  await kill(child)
  expect(await records.findRunning('server')).toBeNull()
  expect(existsSync(join(folder, 'server.json'))).toBe(false)
})

test.each(['', '{"pid": 1', '{"pid": -1, "startTime": "x", "logFile": ""}', 'null'])(
  'a record that a crash cut off counts as none: %s',
  async (text) => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'server.json'), text)
    expect(await new ProcessRecords(folder).findRunning('server')).toBeNull()
  },
)

test('a copy of the folder has no processes of the original, and forgets them', async () => {
  const [original, copy] = [scratchFolder(), scratchFolder()]
  const { identity } = await startSleeper()
  await new ProcessRecords(original).write('server', { ...identity, logFile: '/log' })
  copyFileSync(join(original, 'server.json'), join(copy, 'server.json'))
  expect(await new ProcessRecords(copy).findRunning('server')).toBeNull()
  expect(existsSync(join(copy, 'server.json'))).toBe(false)
  expect(await new ProcessRecords(original).findRunning('server')).toMatchObject(identity)
})
