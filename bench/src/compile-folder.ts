/** `compile-folder.ts parse|compile FOLDER`: parses or compiles the pipeline of a folder, prints the time of the middle run. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compileFrom, predefinedVariables, type SourceTree } from '@sluice/pipeline'
import { parseDocument } from 'yaml'
import { median } from './median.ts'

const [kind, folder = '.'] = process.argv.slice(2)
const runs = 9

const names = await readdir(folder, { recursive: true })
const paths = names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.git/'))
const texts = new Map<string, string>()
for (const path of paths) texts.set(path, await readFile(join(folder, path), 'utf8'))

const tree: SourceTree = {
  read: async (path) => texts.get(path) ?? null,
  list: async () => [...texts.keys()].toSorted(),
}

async function compileOnce(): Promise<void> {
  const trigger = {
    source: 'push',
    ref: 'main',
    refType: 'branch',
    commit: '1'.repeat(40),
    beforeCommit: '0'.repeat(40),
    defaultBranch: 'main',
  } as const
  const path = '.gitlab-ci.yml'
  const commit = { title: 'bench', message: 'bench', author: 'bench', timestamp: '2026-01-01T00:00:00Z' }
  const predefined = predefinedVariables({ trigger, project: { slug: 'bench' }, configPath: path, commit })
  const request = { project: 'bench', trigger, path, variables: [], predefined, changedPaths: null }
  const result = await compileFrom(request, tree)
  if (result.kind !== 'plan') throw new Error(result.mistakes.map(({ message }) => message).join('\n'))
}

async function parseOnce(): Promise<void> {
  for (const text of texts.values()) {
    const document = parseDocument(text)
    if (document.errors.length > 0) throw document.errors[0]
  }
}

const once = kind === 'compile' ? compileOnce : parseOnce
const figures: number[] = []
for (let run = 0; run < runs; run += 1) {
  const startedMs = performance.now()
  await once()
  figures.push(performance.now() - startedMs)
}
console.log(`took ${median(figures)?.toFixed(3)} ms`)
