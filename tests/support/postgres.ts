/** Global setup of the tests that need PostgreSQL: starts the embedded one, once, and stops it after the last of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { chooseRuntimeFolder, startPostgres } from '@sluice/postgres-embedded'
import { SluiceError } from '@sluice/kernel'
import { preferSpeed, type ProvidedPostgres } from '@sluice/store-postgres/testing'
import type { TestProject } from 'vitest/node'

/** Tests that need it say so in their output where it cannot be had: `inject('postgres').reason`. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tests-'))
  const { provided, stop } = await startIn(folder)
  provide('postgres', provided)
  return async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function startIn(folder: string): Promise<{ provided: ProvidedPostgres; stop: () => Promise<void> }> {
  try {
    const running = await startPostgres({
      dataFolder: join(folder, 'postgres'),
      runtimeFolder: await chooseRuntimeFolder(folder),
      logFile: join(folder, 'postgres.log'),
      ...(process.getuid?.() === 0 ? { isolation: await detectIsolation() } : {}),
    })
    await preferSpeed(running.uri())
    return { provided: { url: running.uri(), reason: '' }, stop: () => running.stop() }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { provided: { url: null, reason: error.message }, stop: async () => {} }
  }
}
