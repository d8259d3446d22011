/** Ctrl-C leaves nothing behind, and the next start finds everything. */
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { sluice } from './harness/command.ts'
import { locksIn, processesOf } from './harness/leftovers.ts'
import { Platform } from './harness/platform.ts'
import { share, sharedData, sharedPlatform } from './harness/shared-platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await sharedPlatform()
  expect((await platform.project('card')).environments.map(({ state }) => state)).toEqual(['healthy', 'healthy'])
})

const releases = async () =>
  (await platform.project('card')).environments.map(({ name, url, state, release }) => ({ name, url, state, release }))

test('a second start on the same data folder says that one is up', async () => {
  const second = sluice(['up', '--port', '0', '--data', sharedData()])
  expect(await second.ended).toBe(3)
  expect(second.output).toMatch(
    /^sluice: Cannot start: process \d+ \("sluice up"\) looks after this data folder already.*\[CLI_SUPERVISED\]$/,
  )
})

test('Ctrl-C says what it stops, and leaves no process and no lock; the next start runs the same releases', async () => {
  const before = await releases()
  const runs = (await platform.project('card')).runs.length
  const status = await platform.up.interrupt()
  expect(platform.up.output).toMatch(/SIGINT: stopping\n(.*\n)*Stopping the runner\n(.*\n)*Stopping PostgreSQL/)
  expect(status).toBe(0)
  expect(await processesOf(sharedData())).toEqual([])
  expect(await locksIn(sharedData())).toEqual([])

  const up = sluice(['up', '--port', '0', '--data', sharedData()])
  platform = new Platform(sharedData(), up)
  share(platform)
  await up.line(/^Production runs the newest change already/, { timeoutMs: 120_000 })
  await up.line(/Ctrl-C stops everything/)
  expect(await releases()).toEqual(before)
  expect((await platform.project('card')).runs).toHaveLength(runs)
  for (const { url } of before) expect((await fetch(`${url}/health`)).status, url).toBe(200)
})

test('--exit ends with status 0 when production runs the newest change', async () => {
  expect(await platform.up.interrupt()).toBe(0)
  const command = sluice(['up', '--exit', '--port', '0', '--data', sharedData()])
  expect(await command.ended).toBe(0)
  expect(command.output).toContain('Production runs the newest change already')
  expect(await processesOf(sharedData())).toEqual([])
  expect(await locksIn(sharedData())).toEqual([])
})

test('--exit ends with status 1 when it was interrupted before the delivery was over', async () => {
  const data = join(inject('scratch'), 'interrupted')
  const command = sluice(['up', '--exit', '--port', '0', '--data', data])
  await command.line(/… build · install/, { timeoutMs: 120_000 })
  expect(await command.interrupt()).toBe(1)
  expect(await processesOf(data)).toEqual([])
  expect(await locksIn(data)).toEqual([])
})

test('a busy port gets one clear sentence, and nothing stays', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const data = join(inject('scratch'), 'busy')
  const command = sluice(['up', '--port', String(port), '--data', data])
  const status = await command.ended
  taken.close()
  expect(status).toBe(3)
  expect(command.lines.filter((line) => line.startsWith('sluice:'))).toEqual([
    expect.stringMatching(new RegExp(`^sluice: Cannot .*${port}.*--port`)),
  ])
  expect(await processesOf(data)).toEqual([])
})
