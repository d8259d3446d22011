import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { sluice } from './command.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Belongs to this run of the tests; removed after it. */
    scratch: string
  }
}

/** Makes the folder that all files share; after them stops whatever still runs on it, and removes it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-dt-'))
  project.provide('scratch', scratch)
  return async () => {
    await sluice(['down', '--data', join(scratch, 'data')]).ended
    await rm(scratch, { recursive: true, force: true })
  }
}
