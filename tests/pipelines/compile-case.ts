import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Plan, PlanTrigger, PlanVariable } from '@sluice/contracts/plan'
import { compileFrom, type CompileRequest, type InputValue, type Mistake, type SourceTree } from '@sluice/pipeline'
import {
  memoryIncludeSource,
  memoryPathSource,
  pushToMain,
  type MemoryElsewhere,
  type MemoryPaths,
} from '@sluice/pipeline/testing'

const root = import.meta.dirname

/** The names of all cases: the folders here. */
export const caseNames = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** The folder of a case. */
export const folderOf = (name: string): string => join(root, name)

/** Files of a case that are not of its project. */
const ownFiles = new Set(['request.json', 'expected.plan.txt', 'expected.plan.json', 'expected.mistakes.txt'])

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

/** The plan of a case, or its mistakes, one a line. */
export type CaseResult = { kind: 'plan'; plan: Plan } | { kind: 'mistakes'; text: string }

/** Compiles a case: a push to main, but for what its `request.json` says. */
export async function compileCase(name: string): Promise<CaseResult> {
  const folder = folderOf(name)
  const given = givenIn(folder)
  const paths = given.elsewhere === undefined ? undefined : memoryPathSource(given.elsewhere)
  const includes = memoryIncludeSource(await elsewhereOf(folder))
  const result = await compileFrom(requestOf(given), folderTree(folder), { paths, includes })
  return result.kind === 'plan' ? result : { kind: 'mistakes', text: result.mistakes.map(lineOf).join('') }
}

/** The files of a case's project, by their paths from its root. */
export async function filesOf(name: string): Promise<string[]> {
  return (await filesIn(folderOf(name))).filter((file) => !ownFiles.has(file) && !file.startsWith('elsewhere/'))
}

function lineOf({ code, message, place }: Mistake): string {
  return `${place.path}:${place.line}:${place.column}: ${message} [${code}]\n`
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
