import type { Plan, PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { artifactSourcesOf, forwardedVariables, type BlobStore } from '@sluice/execution'
import type { GitRepository } from '@sluice/git'
import {
  artifactTexts,
  childOfJob,
  compileFrom,
  planChildOfJob,
  type CompileRequest,
  type PredefinedInput,
  type RefusedChild,
} from '@sluice/pipeline'
import { findProject, listLineage, listTree, type Database, type RunRow } from '@sluice/store-postgres'
import { handedIn } from '../runner/handed-in.ts'
import { readDotenvFiles } from '../runner/read-dotenv-files.ts'
import { compilationAt, type ChangeToPlan } from '../runs/plan-change.ts'
import { handedOnFiles } from './handed-on-files.ts'

export interface ChildPlanners {
  db: Database
  blobs: BlobStore
  repositoryOf: (project: string) => Promise<GitRepository>
  serverUrl: () => string
}

export interface PlannedChild {
  plan: Plan
  /** Names of the variables that went with it. */
  givenVariables: string[]
}

type RunFacts = ChangeToPlan['run']

/**
 * Plans the child that a job of a run begins, by what is known now: the files of the same commit, those that jobs before
 * it have made, and the variables that go with it.
 * @param run what the child's run will be
 */
export async function planChild(
  planners: ChildPlanners,
  parent: RunRow,
  job: PlanJob,
  run: Pick<RunFacts, 'id' | 'number' | 'createdAt'>,
): Promise<PlannedChild | RefusedChild> {
  const { db, serverUrl } = planners
  const lineage = await listLineage(db, parent)
  const { length: pipelines } = await listTree(db, lineage[0].id)
  const { request, tree, paths } = await compilationOf(planners, lineage)
  const variables = await handedOnTo(planners, parent, job)
  const start = { pipelines, variables, run: { ...run, url: urlOf(serverUrl(), run.id) } }
  const elsewhere = { paths, artifacts: artifactTexts(parent.plan.jobs, handedOnFiles(planners, parent.id)) }
  const child = await planChildOfJob(request, job, start, (wanted) => compileFrom(wanted, tree, elsewhere))
  return 'refused' in child ? child : { plan: child.plan, givenVariables: variables.map(({ key }) => key) }
}

type Compilation = Awaited<ReturnType<typeof compilationAt>>

/** What the last run of a lineage was compiled from: as the first one, and then as the child of each. */
async function compilationOf(planners: ChildPlanners, lineage: [RunRow, ...RunRow[]]): Promise<Compilation> {
  const [root, ...below] = lineage
  const { repositoryOf, serverUrl } = planners
  const repository = await repositoryOf(root.project)
  const change = await changeOf(planners, repository, root)
  const { tree, paths, ...first } = await compilationAt(repository, change, root.commit)
  let request: CompileRequest = first.request
  let above = root
  for (const run of below) {
    const job = above.plan.jobs.find(({ name }) => name === run.parent_job)
    if (job === undefined) throw new TypeError(`run "${run.id}" is the child of no job`)
    const next = childOfJob(request, job, { variables: [], run: factsOf(run, serverUrl()) })
    if ('refused' in next) throw new TypeError(`run "${run.id}" cannot be: ${next.refused}`)
    request = next
    above = run
  }
  return { request, tree, paths }
}

async function changeOf(
  { db, serverUrl }: ChildPlanners,
  repository: GitRepository,
  root: RunRow,
): Promise<ChangeToPlan> {
  const project = await findProject(db, root.project)
  if (project === null) throw new TypeError(`run "${root.id}" is of no project`)
  const { trigger } = root.plan
  const commit = await repository.commitInfo(root.commit)
  return { project, trigger, commit, run: factsOf(root, serverUrl()), serverUrl: serverUrl() }
}

const urlOf = (serverUrl: string, runId: string): string => `${serverUrl}/runs/${runId}`

const factsOf = (
  { id, number, created_at }: RunRow,
  serverUrl: string,
): Required<NonNullable<PredefinedInput['run']>> => ({
  id,
  number,
  createdAt: created_at.toISOString(),
  url: urlOf(serverUrl, id),
})

/** The variables that go with the child, those of the reports of the job's sources among them. */
async function handedOnTo({ db, blobs }: ChildPlanners, parent: RunRow, job: PlanJob): Promise<PlanVariable[]> {
  const artifacts = await handedIn(db, parent.id, artifactSourcesOf(parent.plan, job))
  const reports = artifacts.filter(({ type }) => type === 'dotenv').flatMap(({ files }) => files)
  return forwardedVariables(job, await readDotenvFiles(blobs, reports), new Set(parent.given_variables))
}
