import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { PlanTrigger, PlanVariable } from '@sluice/contracts/plan'
import { compileFrom, type CompileRequest, type InputValue, type SourceTree } from '@sluice/pipeline'
import {
  memoryIncludeSource,
  memoryPathSource,
  pushToMain,
  type MemoryElsewhere,
  type MemoryPaths,
} from '@sluice/pipeline/testing'
import { describe, expect, test } from 'vitest'

/**
 * Every folder here is a case: a pipeline with its files, `request.json` (optional: what differs from a push to main),
 * and `expected.plan.json` or `expected.mistakes.txt`. What lies elsewhere is below `elsewhere/`: files of other projects
 * in `projects/<path>@<ref>/`, of addresses in `remotes/<host>/<path>`, templates in `templates/`.
 */
const root = import.meta.dirname
const cases = (await readdir(root, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const ownFiles = new Set(['request.json', 'expected.plan.json', 'expected.mistakes.txt'])

interface CaseRequest {
  predefined?: Record<string, string>
  variables?: PlanVariable[]
  pipelineVariables?: PlanVariable[]
  changedPaths?: string[]
  trigger?: Partial<PlanTrigger>
  /** Ref → paths that changed since; project or `project@ref` → its files. Without it nothing else can be looked at. */
  elsewhere?: MemoryPaths
  inputs?: Record<string, InputValue>
}

/** Every file below a folder, by its path from there. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => relative(folder, file).split(sep).join('/')).toSorted()
}

function folderTree(folder: string): SourceTree {
  return {
    read: (path) => readFile(join(folder, path), 'utf8').catch(() => null),
    list: async () => (await filesIn(folder)).filter((file) => !ownFiles.has(file) && !file.startsWith('elsewhere/')),
  }
}

async function elsewhereOf(folder: string): Promise<MemoryElsewhere> {
  const root = join(folder, 'elsewhere')
  const projects: Record<string, Record<string, Record<string, string>>> = {}
  const remotes: Record<string, string> = {}
  const templates: Record<string, string> = {}
  for (const file of await filesIn(root)) {
    const text = await readFile(join(root, file), 'utf8')
    const [kind = '', ...rest] = file.split('/')
    const path = rest.join('/')
    const [, project, ref, inside] = /^([^@]+)@([^/]+)\/(.+)$/.exec(path) ?? []
    if (kind === 'remotes') remotes[`https://${path}`] = text
    else if (kind === 'templates') templates[path] = text
    else if (project !== undefined && ref !== undefined && inside !== undefined)
      ((projects[project] ??= {})[ref] ??= {})[inside] = text
  }
  return { projects, remotes, templates }
}

function givenIn(folder: string): CaseRequest {
  const path = join(folder, 'request.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}

function requestOf(given: CaseRequest): Omit<CompileRequest, 'files'> {
  return {
    project: 'case',
    trigger: { ...pushToMain, ...given.trigger },
    path: '.gitlab-ci.yml',
    variables: given.variables ?? [],
    predefined: Object.entries(given.predefined ?? {}).map(([key, value]) => ({ key, value })),
    changedPaths: given.changedPaths ?? null,
    ...(given.inputs === undefined ? {} : { inputs: given.inputs }),
    ...(given.pipelineVariables === undefined ? {} : { pipelineVariables: given.pipelineVariables }),
  }
}

describe('pipelines', () => {
  test('there are cases', () => {
    expect(cases.length).toBeGreaterThan(0)
  })

  test.each(cases)('%s', async (name) => {
    const folder = join(root, name)
    const given = givenIn(folder)
    const paths = given.elsewhere === undefined ? undefined : memoryPathSource(given.elsewhere)
    const includes = memoryIncludeSource(await elsewhereOf(folder))
    const result = await compileFrom(requestOf(given), folderTree(folder), { paths, includes })
    if (result.kind === 'plan') {
      expect(result.plan).toEqual(JSON.parse(readFileSync(join(folder, 'expected.plan.json'), 'utf8')))
    } else {
      const lines = result.mistakes.map(
        ({ code, message, place }) => `${place.path}:${place.line}:${place.column}: ${message} [${code}]\n`,
      )
      expect(lines.join('')).toBe(readFileSync(join(folder, 'expected.mistakes.txt'), 'utf8'))
    }
  })
})
