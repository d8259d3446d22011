import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { bundleRoot } from './bundle-place.ts'

/** Has a bundle made by a process of its own, which nobody waits for. Where it cannot be made, everything goes on without. */
export function renewBundle(): void {
  try {
    accessSync(join(bundleRoot, 'node_modules'), constants.W_OK)
  } catch {
    return
  }
  const program = join(bundleRoot, 'apps', 'cli', 'src', 'bundle', 'build-bundle.ts')
  const options = {
    stdio: 'ignore',
    detached: true,
    cwd: bundleRoot,
    env: { PATH: process.env['PATH'] ?? '' },
  } as const
  const child = spawn(process.execPath, [program], options)
  child.on('error', () => undefined)
  child.unref()
}
