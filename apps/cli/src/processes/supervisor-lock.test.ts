import { copyFileSync, existsSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { kill, startSleeper } from '../../testing/sleeper.ts'
import { lockHolder, takeSupervisorLock } from './supervisor-lock.ts'

test('one process holds the lock; the next is told which', async () => {
  const file = join(scratchFolder(), 'run', 'supervisor.json')
  const { child } = await startSleeper()
  const lock = await takeSupervisorLock(file, child.pid)
  await expect(takeSupervisorLock(file)).rejects.toMatchObject({
    code: 'CLI_SUPERVISED',
    message: expect.stringContaining(`process ${child.pid} `),
  })
  await lock.release()
  expect(existsSync(file)).toBe(false)
})

test('the lock of a killed process is taken over, and nothing else is left beside it', async () => {
  const folder = scratchFolder()
  const file = join(folder, 'supervisor.json')
  const { child } = await startSleeper()
  await takeSupervisorLock(file, child.pid)
  await kill(child)
  await takeSupervisorLock(file)
  expect((await lockHolder(file))?.pid).toBe(process.pid)
  expect(readdirSync(folder)).toEqual(['supervisor.json'])
})

test('a lock with nonsense in it is taken over', async () => {
  const file = join(scratchFolder(), 'supervisor.json')
  writeFileSync(file, '{"pid":')
  await takeSupervisorLock(file)
  expect((await lockHolder(file))?.pid).toBe(process.pid)
})

test('of many who come at once to a stale lock, one gets it', async () => {
  const file = join(scratchFolder(), 'supervisor.json')
  const sleepers = await Promise.all(Array.from({ length: 6 }, () => startSleeper()))
  writeFileSync(file, '{"pid":')
  const tries = await Promise.allSettled(sleepers.map(({ child }) => takeSupervisorLock(file, child.pid)))
  const winners = tries.filter((one) => one.status === 'fulfilled')
  expect(winners).toHaveLength(1)
  expect(sleepers.map(({ child }) => child.pid)).toContain((await lockHolder(file))?.pid)
})

test('a lock that somebody else has taken over is not released', async () => {
  const file = join(scratchFolder(), 'supervisor.json')
  const { child, identity } = await startSleeper()
  const lock = await takeSupervisorLock(file)
  writeFileSync(file, JSON.stringify(identity))
  await lock.release()
  expect((await lockHolder(file))?.pid).toBe(child.pid)
})

test('a copy of a folder is not locked by the process that has the original', async () => {
  const [original, copy] = [scratchFolder(), scratchFolder()]
  const file = join(original, 'supervisor.json')
  await takeSupervisorLock(file)
  copyFileSync(file, join(copy, 'supervisor.json'))
  expect(await lockHolder(join(copy, 'supervisor.json'))).toBeNull()
  const { child } = await startSleeper()
  await takeSupervisorLock(join(copy, 'supervisor.json'), child.pid)
  expect((await lockHolder(join(copy, 'supervisor.json')))?.pid).toBe(child.pid)
  expect((await lockHolder(file))?.pid).toBe(process.pid)
})

test('a folder that was moved, or is reached by a link, is locked as before', async () => {
  const folder = scratchFolder()
  const before = join(folder, 'before')
  await takeSupervisorLock(join(before, 'supervisor.json'))
  symlinkSync(before, join(folder, 'link'))
  expect((await lockHolder(join(folder, 'link', 'supervisor.json')))?.pid).toBe(process.pid)
  renameSync(before, join(folder, 'after'))
  expect((await lockHolder(join(folder, 'after', 'supervisor.json')))?.pid).toBe(process.pid)
})
