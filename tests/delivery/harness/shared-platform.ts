import { join } from 'node:path'
import { inject } from 'vitest'
import { isAlive, startPlatform, type Platform } from './platform.ts'

let shared: Platform | null = null

export const sharedData = (): string => join(inject('scratch'), 'data')

/** The platform that the files of these tests share: started by the first one that asks. */
export async function sharedPlatform(): Promise<Platform> {
  if (shared === null || !isAlive(shared.up.pid)) shared = await startPlatform(sharedData())
  return shared
}

/** Makes a platform that was started otherwise the shared one. */
export function share(platform: Platform): void {
  shared = platform
}
