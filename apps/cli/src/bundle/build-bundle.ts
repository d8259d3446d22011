import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown, type OutputChunk, type Plugin } from 'rolldown'
import { bundleFolder, bundleRecordFile, bundleRoot, type BundleRecord } from './bundle-place.ts'

/** Older ones may still be what a running command loads from. */
const keepMs = 3_600_000

/** Wants files beside it that a package builds when it is installed, where it may; found from the bundle's place all the same. */
const leftOutside = ['docker-modem']

/** Makes a bundle of the command line, one file a command and what several share, and names it as the newest. Takes 0.5 s. */
async function buildBundle(now: number): Promise<void> {
  await mkdir(bundleFolder, { recursive: true })
  const folder = join(bundleFolder, `${now}-${process.pid}`)
  const build = await rolldown({
    input: { program: join(bundleRoot, 'apps', 'cli', 'src', 'program.ts') },
    platform: 'node',
    external: leftOutside,
    logLevel: 'silent',
    plugins: [keepPlaces, onlyAscii],
  })
  const { output } = await build.write({
    dir: folder,
    format: 'cjs',
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
  })
  await build.close()
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk')
  const entry = chunks.find(({ isEntry }) => isEntry)?.fileName ?? 'program.js'
  const inputs = await inputsOf(chunks.flatMap(({ moduleIds }) => moduleIds))
  const record: BundleRecord = { version: 1, node: process.version, program: join(folder, entry), inputs }
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n')
  await writeFile(join(folder, 'record.json'), JSON.stringify(record))
  await rename(join(folder, 'record.json'), bundleRecordFile)
  await removeOld(now)
}

/** Modules look for files beside them, and these stay where they are. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!code.includes('import.meta.') || !id.startsWith('/')) return null
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
  },
}

/** V8 keeps a text with a single other letter in it as two bytes a letter: that is more to read, and 2 MB more memory. */
const onlyAscii: Plugin = {
  name: 'only-ascii',
  generateBundle(_, parts) {
    for (const part of Object.values(parts))
      if (part.type === 'chunk')
        part.code = part.code.replaceAll(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
  },
}

async function inputsOf(modules: readonly string[]): Promise<BundleRecord['inputs']> {
  const own = modules.filter((path) => path.startsWith(bundleRoot) && !path.includes('/node_modules/'))
  const packages = new Set(
    own
      .filter((path) => path.includes('/src/'))
      .map((path) => join(path.slice(0, path.indexOf('/src/')), 'package.json')),
  )
  // npm writes this whenever it installs anything.
  const installed = join(bundleRoot, 'node_modules', '.package-lock.json')
  const paths = [...new Set([...own, ...packages, installed])]
  return Promise.all(
    paths.map(async (path): Promise<BundleRecord['inputs'][number]> => {
      const { mtimeMs, size } = await stat(path)
      return [path, mtimeMs, size]
    }),
  )
}

async function removeOld(now: number): Promise<void> {
  for (const name of await readdir(bundleFolder)) {
    const madeMs = Number(/^(\d+)-\d+$/.exec(name)?.[1])
    if (madeMs < now - keepMs) await rm(join(bundleFolder, name), { recursive: true, force: true })
  }
}

await buildBundle(Date.now())
