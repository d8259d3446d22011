import { stat } from 'node:fs/promises'
import type { Actor } from '@sluice/contracts/events'
import type { GitRepository } from '@sluice/git'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import {
  appendEntry,
  findPolicyInForce,
  findProject,
  findRelease,
  findRunOf,
  insertProject,
  listEnvironments,
  moveProject,
  receiveCommit,
  type Database,
  type ProjectRow,
} from '@sluice/store-postgres'
import { isInPolicy } from './is-in-policy.ts'

export interface ProjectKeepers {
  db: Database
  clock: Clock
  ids: Ids
  repositoryOf: (project: string) => Promise<GitRepository>
}

/** @throws SluiceError PROJECT_UNKNOWN */
export async function projectOf(db: Database, slug: string): Promise<ProjectRow> {
  const project = await findProject(db, slug)
  if (project === null)
    throw new SluiceError('PROJECT_UNKNOWN', `Cannot find project "${slug}": no project of that slug is registered`, {
      status: 404,
    })
  return project
}

/** Registers a folder, or finds it registered; a checkout that was moved is followed when its old place is gone. */
export async function registerProject(
  { db, clock, ids }: ProjectKeepers,
  request: { slug: string; name: string; folder: string },
  actor: Actor,
): Promise<ProjectRow> {
  const { slug, name, folder } = request
  if (!(await isFolder(folder))) {
    throw new SluiceError('GIT_FOLDER_MISSING', `Cannot register project "${slug}": "${folder}" is no folder`, {
      status: 422,
    })
  }
  await db.transaction().execute(async (unit) => {
    const made = await insertProject(unit, { slug, name, defaultBranch: 'main', folder, createdAtMs: clock.now() })
    if (!made) return
    await appendEntry(
      unit,
      { id: ids.next(), atMs: clock.now(), actor, project: slug, runId: null },
      'project.registered',
      { slug, name, defaultBranch: 'main' },
    )
  })
  const project = await projectOf(db, slug)
  if (project.folder === folder) return project
  if (await isFolder(project.folder)) {
    throw new SluiceError(
      'PROJECT_EXISTS',
      `Cannot register project "${slug}" for "${folder}": it is registered for "${project.folder}"`,
      { status: 409 },
    )
  }
  await moveProject(db, slug, folder)
  return { ...project, folder }
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Takes the folder's newest content as the newest commit of the default branch, and notes when it was received. */
export async function takeChange(
  { db, clock, ids, repositoryOf }: ProjectKeepers,
  project: ProjectRow,
  actor: Actor,
): Promise<{ commit: string; changed: boolean }> {
  const repository = await repositoryOf(project.slug)
  const before = await repository.find(project.default_branch)
  const { commit, changed, title, author, committedAt } = await repository.importFolder({
    folder: project.folder,
    branch: project.default_branch,
    clock,
  })
  if (changed)
    await pushed(
      { db, clock, ids },
      project,
      { ref: project.default_branch, before, commit, title, author, committedAt },
      actor,
    )
  return { commit, changed }
}

/**
 * Commits a patch on a branch of the platform's repository, on top of the default branch.
 * @throws SluiceError GIT_PATCH_REFUSED, GIT_REF_REFUSED
 */
export async function proposeChange(
  { db, clock, ids, repositoryOf }: ProjectKeepers,
  project: ProjectRow,
  proposal: { branch: string; title: string; patch: string },
  actor: Actor,
): Promise<{ commit: string; branch: string }> {
  const repository = await repositoryOf(project.slug)
  const before = await repository.find(proposal.branch)
  const author = { name: actor.id, email: `${actor.id.replaceAll(':', '-')}@localhost` }
  const { commit, changed } = await repository.proposeChange({
    ...proposal,
    base: project.default_branch,
    author,
    clock,
  })
  const { title, author: by, committedAt } = await repository.commitInfo(commit)
  if (changed)
    await pushed(
      { db, clock, ids },
      project,
      { ref: proposal.branch, before, commit, title, author: by, committedAt },
      actor,
    )
  return { commit, branch: proposal.branch }
}

interface Push {
  ref: string
  before: string | null
  commit: string
  title: string
  author: string
  /** Milliseconds since 1970. */
  committedAt: number
}

/** Notes that a commit was received, and when: its lead time begins here. */
async function pushed(
  { db, clock, ids }: Omit<ProjectKeepers, 'repositoryOf'>,
  project: ProjectRow,
  push: Push,
  actor: Actor,
): Promise<void> {
  const { ref, commit, title, author } = push
  const context = { id: ids.next(), atMs: clock.now(), actor, project: project.slug, runId: null }
  await db.transaction().execute(async (unit) => {
    await receiveCommit(unit, project.slug, commit, clock.now())
    await appendEntry(unit, context, 'change.pushed', {
      ref,
      before: push.before ?? '0'.repeat(40),
      after: commit,
      title,
      author,
      committedAt: new Date(push.committedAt).toISOString(),
    })
  })
}

/** How a commit of the default branch stands on its way to the last environment. */
export type DeliveryStanding = { kind: 'delivered' } | { kind: 'under-way'; runId: string } | { kind: 'wanted' }

/** A delivery that was stopped is wanted again: what stopped it may have been mended, and a person asked. */
export async function standingOf(db: Database, project: ProjectRow, commit: string): Promise<DeliveryStanding> {
  const run = await findRunOf(db, project.slug, project.default_branch, commit)
  if (run === null || !run.deliver) return { kind: 'wanted' }
  const { status } = run.delivery
  if (status === 'delivered') return (await isServed(db, project, commit)) ? { kind: 'delivered' } : { kind: 'wanted' }
  return status === 'stopped' ? { kind: 'wanted' } : { kind: 'under-way', runId: run.id }
}

/** Whether the last environment of the policy runs the commit: a change from elsewhere may have replaced it since. */
async function isServed(db: Database, project: ProjectRow, commit: string): Promise<boolean> {
  const policy = await findPolicyInForce(db, project.slug, project.default_branch)
  const last = (await listEnvironments(db, project.slug)).findLast(({ name }) => isInPolicy(name, policy))
  if (last === undefined) return true
  const release = last.release_id === null ? null : await findRelease(db, last.release_id)
  return release?.commit === commit
}
