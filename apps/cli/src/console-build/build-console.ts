import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { access, constants, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import type { Settings } from '../platform/settings.ts'

const digestFile = '.inputs-digest'

/**
 * Where the built console is: `apps/console/dist`, or in the data folder where this user may not write that and its
 * content is not of today's inputs.
 */
export async function consoleFolderOf(settings: Settings): Promise<string> {
  const shared = join(settings.checkout, 'apps', 'console', 'dist')
  if (await isBuilt(shared, await inputsDigest(settings.checkout))) return shared
  const isWritable = await access(dirname(shared), constants.W_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? shared : join(settings.data, 'console')
}

/** Builds the console into the folder when its inputs changed since. @returns whether it had to */
export async function buildConsole(settings: Settings, folder: string): Promise<boolean> {
  const digest = await inputsDigest(settings.checkout)
  if (await isBuilt(folder, digest)) return false
  const fresh = `${folder}.${process.pid}.new`
  const old = `${folder}.${process.pid}.old`
  try {
    await runVite(settings, fresh)
    await writeFile(join(fresh, digestFile), digest)
    await rename(folder, old).catch(ignoreMissing)
    await rename(fresh, folder)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
  return true
}

/** Digest over everything that the built pages are made of. */
export async function inputsDigest(checkout: string): Promise<string> {
  const roots = ['apps/console/src', 'apps/console/public', 'contracts/src']
  const single = [
    'apps/console/index.html',
    'apps/console/vite.config.ts',
    'apps/console/package.json',
    'package-lock.json',
  ]
  const listed = await Promise.all(roots.map((root) => filesBelow(join(checkout, root))))
  const files = [...listed.flat(), ...single.map((file) => join(checkout, file))].sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const content = await readFile(file).catch(() => null)
    if (content !== null) hash.update(`${file.slice(checkout.length)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

async function isBuilt(folder: string, digest: string): Promise<boolean> {
  return (await readFile(join(folder, digestFile), 'utf8').catch(() => '')) === digest
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function runVite(settings: Settings, outFolder: string): Promise<void> {
  const logFile = join(settings.logFolder, 'console-build.log')
  await mkdir(settings.logFolder, { recursive: true, mode: 0o700 })
  const console = join(settings.checkout, 'apps', 'console')
  const require = createRequire(join(console, 'package.json'))
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js')
  const output = openSync(logFile, 'a', 0o600)
  try {
    const child = spawn(process.execPath, [vite, 'build', console, '--outDir', outFolder, '--emptyOutDir'], {
      cwd: settings.checkout,
      stdio: ['ignore', output, output],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    const [status] = (await once(child, 'close')) as [number | null]
    if (status === 0) return
  } finally {
    closeSync(output)
  }
  throw new SluiceError<CliErrorCode>(
    'CLI_CONSOLE_BUILD_FAILED',
    `Cannot build the console: Vite failed (log: ${logFile})`,
  )
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
