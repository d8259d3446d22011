/** Builds the console into its `dist` when what it is made of has changed since. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
const consoleFolder = join(root, 'apps', 'console')
const stampFile = join(consoleFolder, 'dist', '.inputs-of-test')
const inputs = ['apps/console/src', 'apps/console/public', 'contracts/src']
const inputFiles = ['apps/console/index.html', 'apps/console/vite.config.ts', 'package-lock.json']

/** The folder with the built console. */
export async function builtConsole(): Promise<string> {
  const digest = await digestOfInputs()
  const built = await readFile(stampFile, 'utf8').catch(() => '')
  if (built !== digest) {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    await promisify(execFile)(process.execPath, [vite, 'build', 'apps/console', '--logLevel', 'warn'], { cwd: root })
    await writeFile(`${stampFile}.new`, digest)
    await rename(`${stampFile}.new`, stampFile)
  }
  return join(consoleFolder, 'dist')
}

async function digestOfInputs(): Promise<string> {
  const hash = createHash('sha256')
  const files = [...inputFiles]
  for (const folder of inputs) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    const inside = entries.filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    files.push(...inside.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)))
  }
  for (const file of files.toSorted()) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)))
  }
  return hash.digest('hex')
}
