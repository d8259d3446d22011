import type { Plan, PlanTrigger } from '@sluice/contracts/plan'
import { GitPathSource, GitSourceTree, type CommitInfo, type GitRepository } from '@sluice/git'
import { SluiceError } from '@sluice/kernel'
import {
  compileFrom,
  predefinedVariables,
  type CompileRequest,
  type CompileResult,
  type PathSource,
  type SourceTree,
} from '@sluice/pipeline'
import { changedPathsOf } from './changed-paths-of.ts'

export interface ChangeToPlan {
  project: { id: number; slug: string; name: string }
  trigger: PlanTrigger
  commit: CommitInfo
  run: { id: string; number: number; createdAt: string; url: string }
  serverUrl: string
}

/**
 * Compiles the pipeline of a change.
 * @throws SluiceError PIPELINE_MISTAKES with every mistake of the file
 */
export async function planChange(repository: GitRepository, change: ChangeToPlan): Promise<Plan> {
  const result = await compileAt(repository, change, change.trigger.commit)
  if (result.kind === 'plan') return result.plan
  const mistakes =
    result.kind === 'mistakes'
      ? result.mistakes.map((m) => `${m.place.path}:${m.place.line}:${m.place.column}: ${m.message}`)
      : []
  throw new SluiceError(
    'PIPELINE_MISTAKES',
    `Cannot plan commit ${change.trigger.commit.slice(0, 8)}: ${mistakes.join('\n')}`,
    { status: 422 },
  )
}

/**
 * What each job does in the protected branch, by name → definition digest: a reporting job that differs from it was
 * changed by the change, and its reports do not count. Empty where that pipeline cannot be compiled.
 */
export async function protectedDefinitions(
  repository: GitRepository,
  change: ChangeToPlan,
  policyCommit: string,
): Promise<Record<string, string>> {
  const result = await compileAt(repository, change, policyCommit)
  if (result.kind !== 'plan') return {}
  return Object.fromEntries(result.plan.jobs.map((job) => [job.name, job.definitionDigest]))
}

async function compileAt(repository: GitRepository, change: ChangeToPlan, commit: string): Promise<CompileResult> {
  const { request, tree, paths } = await compilationAt(repository, change, commit)
  return compileFrom(request, tree, { paths })
}

/** What the pipeline of a change is compiled from, with the files of a commit. */
export async function compilationAt(
  repository: GitRepository,
  change: ChangeToPlan,
  commit: string,
): Promise<{ request: CompileRequest; tree: SourceTree; paths: PathSource }> {
  const { trigger, project, run, serverUrl } = change
  const { title, message, author, committedAt } = change.commit
  const timestamp = new Date(committedAt).toISOString()
  const request = {
    project: project.slug,
    trigger,
    path: '.gitlab-ci.yml',
    variables: [],
    predefined: predefinedVariables({
      trigger,
      commit: { title, message, author, timestamp },
      project,
      run,
      serverUrl,
    }),
    changedPaths: await changedPathsOf(repository, trigger),
    files: await repository.listFiles(commit),
  }
  const { defaultBranch } = trigger
  const paths = GitPathSource.ofRepository({ repository, commit, projectPath: project.slug, defaultBranch })
  return { request, tree: new GitSourceTree(repository, commit), paths }
}
