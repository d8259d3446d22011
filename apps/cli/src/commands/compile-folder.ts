import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { PlanTrigger, PlanVariable } from '@sluice/contracts/plan'
import {
  FolderCheckout,
  GitPathSource,
  GitRepository,
  GitSourceTree,
  type CommitInfo,
  type FolderChange,
  type ImportedFolder,
} from '@sluice/git'
import { SluiceError, type Clock } from '@sluice/kernel'
import { compileFrom, predefinedVariables, type CompileRequest, type PredefinedInput } from '@sluice/pipeline'
import type { CliErrorCode } from '../errors.ts'
import { comparedWith } from '../event/compared-with.ts'
import type { EventOptions } from '../event/event-options.ts'
import { readChanged } from '../event/read-changed.ts'
import { readEvent, type EventCheckout, type LocalEvent } from '../event/read-event.ts'
import { readVariables } from '../event/read-variables.ts'
import { openIncludes } from '../includes/open-includes.ts'
import { readInputs } from '../includes/read-inputs.ts'
import type { CompileChild } from '../run/compile-child.ts'
import { importedBranch } from '../run/imported-branch.ts'
import { cardProject } from './card-project.ts'

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
  const kind = statSync(folder, { throwIfNoEntry: false })
  const fault =
    kind === undefined
      ? 'there is no such folder'
      : kind.isDirectory()
        ? `it has no file ${pipelinePath}`
        : 'it is no folder'
  throw new SluiceError<CliErrorCode>('CLI_PIPELINE_MISSING', `Cannot plan folder "${folder}": ${fault}`)
}

/** Compiles a folder's pipeline as it stands for an event; by the engine of the server. */
export async function compileFolder(folder: string, options: EventOptions) {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-plan-'))
  try {
    const repository = await GitRepository.openOrCreate(join(scratch, 'plan.git'))
    return await compileInto(repository, folder, options)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * The same, with the folder's content left in the repository, as the newest commit of `importedBranch`. Gives too the
 * request, whose variables may come from a pipe that can be read but once, and what compiles children of it.
 */
export async function compileInto(
  repository: GitRepository,
  folder: string,
  options: EventOptions,
  run?: PredefinedInput['run'],
) {
  const checkout = await FolderCheckout.find(folder, repository)
  const event = readEvent(options, await eventCheckout(options, checkout))
  const variables = await readVariables(options)
  const named = options.changed === undefined ? null : readChanged(options.changed)
  const { commit, leftOut, files } = await importContent(repository, folder, checkout, options)
  const imported = await repository.commitInfo(commit)
  const change = await changeOf(repository, checkout, event, imported.tree)
  const info = change.commit ?? imported
  const trigger = triggerOf(event, checkout, change, info.commit)
  const project = slugOf(folder)
  const openAll = (refresh: boolean) => {
    const origin = checkout?.server ?? null
    return openIncludes({ folder, origin, refresh, clock: { now: () => Date.now() }, env: process.env })
  }
  const includes = openAll(options.refreshIncludes === true)
  const tree = new GitSourceTree(repository, commit, files === null ? null : { folder, files })
  const path = checkout?.projectPath ?? project
  const planned = { repository, commit, projectPath: path, defaultBranch: trigger.defaultBranch }
  const paths = await GitPathSource.ofFolder(planned, folder)
  const compileChild: CompileChild = async (child, artifacts) => {
    const ofChild = openAll(false)
    try {
      return await compileFrom(child, tree, { paths, includes: ofChild.source, artifacts })
    } finally {
      await ofChild.close()
    }
  }
  try {
    const request: CompileRequest = {
      project,
      trigger,
      path: pipelinePath,
      variables: variables.project,
      pipelineVariables: variables.pipeline,
      predefined: [...predefinedOf({ trigger, project, checkout, info, event, run }), ...includes.variables],
      changedPaths: named ?? change.paths,
      files: await tree.list(),
      inputs: readInputs(options.input),
    }
    const result = await compileFrom(request, tree, { paths, includes: includes.source })
    return { ...result, leftOut, imported: { commit, files }, request, compileChild }
  } finally {
    await includes.close()
  }
}

async function importContent(
  repository: GitRepository,
  folder: string,
  checkout: FolderCheckout | null,
  { includeUntracked }: EventOptions,
): Promise<ImportedFolder> {
  return repository.importFolder({
    folder,
    branch: importedBranch,
    clock: await contentClock(folder, checkout),
    untracked: includeUntracked === true,
    alwaysPaths: [pipelinePath],
    borrow: true,
  })
}

/** What is known of the change that is compiled. */
interface KnownChange {
  trigger: PlanTrigger
  project: string
  checkout: FolderCheckout | null
  info: CommitInfo
  event: LocalEvent
  run: PredefinedInput['run']
}

function predefinedOf({ trigger, project, checkout, info, event, run }: KnownChange): PlanVariable[] {
  return predefinedVariables({
    trigger,
    project: { slug: project, ...(checkout?.projectPath == null ? {} : { path: checkout.projectPath }) },
    configPath: pipelinePath,
    commit: {
      title: info.title,
      message: info.message,
      author: `${info.author} <${info.authorEmail}>`,
      timestamp: new Date(info.committedAt).toISOString(),
    },
    ...(event.tagMessage === null ? {} : { tagMessage: event.tagMessage }),
    ...(run === undefined ? {} : { run }),
  })
}

/** Tags are looked at only where they count: a checkout may have very many. */
async function eventCheckout(options: EventOptions, checkout: FolderCheckout | null): Promise<EventCheckout | null> {
  if (checkout === null) return null
  const { branch, defaultBranch, head } = checkout
  const isForTag = options.event === 'tag' || options.tag !== undefined
  return { branch, defaultBranch, head, tags: isForTag ? await checkout.tags() : [] }
}

async function changeOf(
  repository: GitRepository,
  checkout: FolderCheckout | null,
  event: LocalEvent,
  tree: string,
): Promise<FolderChange> {
  const base = comparedWith(event)
  if (checkout === null) return { commit: null, base: null, paths: null }
  const change = await checkout.change(repository, tree, base === null || base === 'parent' ? null : base.branch)
  return base === null ? { ...change, base: null, paths: null } : change
}

function triggerOf(
  event: LocalEvent,
  checkout: FolderCheckout | null,
  change: FolderChange,
  commit: string,
): PlanTrigger {
  const { source, ref, refType, defaultBranch, target } = event
  const parent = change.commit === null ? checkout?.head?.commit : checkout?.head?.parents[0]
  const isPush = source === 'push' && refType === 'branch'
  const trigger = { source, ref, refType, commit, beforeCommit: (isPush ? parent : null) ?? noCommit, defaultBranch }
  if (target === null) return trigger
  const base = change.base === null ? {} : { diffBase: change.base }
  // There is no merge request yet: this would be the first.
  return { ...trigger, mergeRequest: { iid: 1, targetBranch: target, ...base } }
}

/**
 * Dates content that is in no commit, by what does not change while the content stays: so that the same content gives
 * the same plan, to the byte.
 */
async function contentClock(folder: string, checkout: FolderCheckout | null): Promise<Clock> {
  const atMs = checkout?.head?.committedAt ?? (await stat(join(folder, pipelinePath))).mtimeMs
  return { now: () => Math.floor(atMs) }
}

function slugOf(folder: string): string {
  const slug = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
  return slug === '' ? 'project' : slug.slice(0, 63)
}
