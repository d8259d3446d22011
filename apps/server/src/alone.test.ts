import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdAlone } from '@sluice/store-postgres'
import { freshDatabase, takeOver } from '@sluice/store-postgres/testing'
import { describe, expect, inject, test } from 'vitest'
import { configOf, TestPlatform } from '../testing/platform.ts'
import { startServer } from './index.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`one server a database ${reason}`, { timeout: 60_000 }, () => {
  test('a server touches nothing of a database that another one holds', async () => {
    const database = await freshDatabase(url ?? '')
    const folder = await mkdtemp(join(tmpdir(), 'sluice-alone-'))
    const letGo = await holdAlone(database.url, { onLost: () => undefined })
    const starting = startServer(configOf(folder, database), () => undefined, { patienceMs: 0 })
    await expect(starting).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    expect(await database.tables()).toEqual([])
    await letGo()
    await database.drop()
    await rm(folder, { recursive: true })
  })

  test('a server whose database another one took stops, and says why', async () => {
    const platform = await TestPlatform.start(url ?? '')
    const letGo = await takeOver(platform.database.url)
    await expect(platform.stopped).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: expect.stringContaining('another server of Sluice took the database') as string,
    })
    expect(platform.logged).toMatchObject([{ message: 'the server stops' }])
    await letGo()
    await platform.close()
  })
})
