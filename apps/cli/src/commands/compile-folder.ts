import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { GitRepository, GitSourceTree } from '@sluice/git'
import { SluiceError, type Clock } from '@sluice/kernel'
import { compileFrom, predefinedVariables } from '@sluice/pipeline'
import type { PlanTrigger } from '@sluice/contracts/plan'
import type { CliErrorCode } from '../errors.ts'
import type { IncludeOptions } from '../includes/add-include-options.ts'
import { openIncludes } from '../includes/open-includes.ts'
import { readInputs } from '../includes/read-inputs.ts'
import { cardProject } from './deliver-change.ts'

const pipelinePath = '.gitlab-ci.yml'
const noCommit = '0'.repeat(40)

/** The folder that is meant: the one named, else the current one if it has a pipeline, else the card. */
export function pipelineFolder(named: string | undefined, current = process.cwd()): string {
  const folder =
    named === undefined
      ? existsSync(join(current, pipelinePath))
        ? current
        : cardProject.folder
      : resolve(current, named)
  if (existsSync(join(folder, pipelinePath))) return folder
  throw new SluiceError<CliErrorCode>(
    'CLI_PIPELINE_MISSING',
    `Cannot plan folder "${folder}": it has no file ${pipelinePath}`,
  )
}

/** Compiles a folder's pipeline as for a push of its content to a branch; by the engine of the server. */
export async function compileFolder(folder: string, ref: string, clock: Clock, options: IncludeOptions = {}) {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-plan-'))
  try {
    const repository = await GitRepository.openOrCreate(join(scratch, 'plan.git'))
    return await compileInto(repository, folder, ref, clock, options)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The same, with the folder's content left as a commit in the repository. */
export async function compileInto(
  repository: GitRepository,
  folder: string,
  ref: string,
  clock: Clock,
  options: IncludeOptions = {},
) {
  const { commit } = await repository.importFolder({ folder, branch: ref, clock })
  const info = await repository.commitInfo(commit)
  const trigger: PlanTrigger = {
    source: 'push',
    ref,
    refType: 'branch',
    commit,
    beforeCommit: noCommit,
    defaultBranch: 'main',
  }
  const project = slugOf(folder)
  const author = `${info.author} <${info.authorEmail}>`
  const predefined = predefinedVariables({
    trigger,
    project: { slug: project },
    configPath: pipelinePath,
    commit: { title: info.title, message: info.message, author, timestamp: new Date(info.committedAt).toISOString() },
  })
  const refresh = options.refreshIncludes === true
  const includes = await openIncludes({ folder, refresh, clock, env: process.env })
  predefined.push(...includes.variables)
  const inputs = readInputs(options.input)
  const request = { project, trigger, path: pipelinePath, variables: [], predefined, changedPaths: null, inputs }
  try {
    return await compileFrom(request, new GitSourceTree(repository, commit), includes.source)
  } finally {
    await includes.close()
  }
}

function slugOf(folder: string): string {
  const slug = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
  return slug === '' ? 'project' : slug.slice(0, 63)
}
