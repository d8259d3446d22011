import type { MaturityView, RunSummary } from '@sluice/contracts/api'
import type { ApiHandlers } from '@sluice/http-api'
import type { TrafficRouter } from '@sluice/rollout'
import { appendEntry, insertRunner, listProjects, listResourceGroups, type ProjectRow } from '@sluice/store-postgres'
import {
  projectOf,
  proposeChange,
  registerProject,
  standingOf,
  takeChange,
  type ProjectKeepers,
} from '../projects/take-change.ts'
import { configureResourceGroup } from '../resource-groups/configure-resource-group.ts'
import { stopEnvironment } from '../rollouts/stop-environment.ts'
import { acceptableRun, cancelRun, playJob, runOf } from '../runs/change-run.ts'
import { createRun, type RunMakers, type RunRequest } from '../runs/create-run.ts'
import { hashToken, newToken } from '../system.ts'
import { readAttemptLog } from '../views/attempt-log.ts'
import { projectSummary, projectView, summariesOf } from '../views/project-views.ts'
import { resourceGroupView } from '../views/resource-group-view.ts'
import { runView, type RunReaders } from '../views/run-view.ts'
import type { Sessions } from './sessions.ts'
import { Turns } from './turns.ts'

export interface HandlerParts extends RunMakers, ProjectKeepers, RunReaders {
  sessions: Sessions
  router: TrafficRouter
  /** The project's maturity as its log tells it now. */
  maturityOf: (project: string) => Promise<MaturityView>
  /** Ends the server after the answer; with `services`, also what it deployed. */
  requestStop: (services: boolean) => void
}

/** One function a route: reads the call, asks the part that knows, gives back its view. */
export function handlersWith(parts: HandlerParts): ApiHandlers {
  const { db, clock, ids } = parts
  const begin = async (request: RunRequest): Promise<RunSummary> =>
    summaryOf(await createRun(parts, await parts.repositoryOf(request.project.slug), request))
  const summaryOf = async (runId: string): Promise<RunSummary> => {
    const [summary] = await summariesOf(db, [await runOf(db, runId)])
    return summary as RunSummary
  }
  const project = ({ parameters }: { parameters: Record<string, string> }): Promise<ProjectRow> =>
    projectOf(db, parameters['project'] ?? '')
  const turns = new Turns()
  /** A later run has the later commit of its branch: the newest good run brings its policy in force. */
  const inTurn = (row: ProjectRow, request: RunRequest): Promise<RunSummary> =>
    turns.take(row.slug, () => begin(request))

  return {
    async inviteSession() {
      const { token, expiresAtMs } = await parts.sessions.invite()
      return { url: `${parts.serverUrl()}/sign-in#token=${token}`, expiresAt: new Date(expiresAtMs).toISOString() }
    },
    listProjects: async () => Promise.all((await listProjects(db)).map((row) => projectSummary(parts, row))),
    registerProject: async ({ body, actor }) => projectSummary(parts, await registerProject(parts, body, actor)),
    getProject: async (call) => projectView(parts, await project(call)),
    async syncProject(call) {
      const row = await project(call)
      return turns.take(row.slug, async () => {
        const taken = await takeChange(parts, row, call.actor)
        const standing = await standingOf(db, row, taken.commit)
        if (standing.kind === 'delivered') return { ...taken, run: null }
        if (standing.kind === 'under-way') return { ...taken, run: await summaryOf(standing.runId) }
        const request = { project: row, ref: row.default_branch, deliver: true, actor: call.actor }
        return { ...taken, run: await begin({ ...request, source: 'push' }) }
      })
    },
    proposeChange: async (call) => proposeChange(parts, await project(call), call.body, call.actor),
    async createRun(call) {
      const row = await project(call)
      const { ref, deliver } = call.body
      return inTurn(row, { project: row, ref, source: 'web', deliver, actor: call.actor })
    },
    async stopEnvironment(call) {
      const row = await project(call)
      await stopEnvironment(parts, row, call.parameters['environment'] ?? '', call.actor)
      return projectSummary(parts, row)
    },
    listResourceGroups: async (call) =>
      (await listResourceGroups(db, (await project(call)).slug)).map(resourceGroupView),
    async configureResourceGroup(call) {
      const { slug } = await project(call)
      const request = { project: slug, group: call.parameters['group'] ?? '', ...call.body }
      return configureResourceGroup(parts, request, call.actor)
    },
    getMaturity: async (call) => parts.maturityOf((await project(call)).slug),
    getRun: async ({ parameters }) => runView(parts, await runOf(db, parameters['run'] ?? '')),
    async cancelRun({ parameters, actor }) {
      const runId = parameters['run'] ?? ''
      await cancelRun(parts, runId, actor)
      return summaryOf(runId)
    },
    async playJob({ parameters, actor }) {
      const runId = parameters['run'] ?? ''
      await playJob(parts, { runId, job: parameters['job'] ?? '' }, actor)
      return summaryOf(runId)
    },
    async acceptProducers({ parameters, actor, body }) {
      const { project: slug, ref, commit, deliver } = await acceptableRun(db, parameters['run'] ?? '')
      const row = await projectOf(db, slug)
      const acceptance = { reason: body.reason, commit }
      return inTurn(row, { project: row, ref, source: 'web', deliver, actor, acceptance })
    },
    getLog: async ({ parameters, query }) =>
      readAttemptLog(parts, await runOf(db, parameters['run'] ?? ''), parameters, query),
    async registerRunner({ body, actor }) {
      const id = ids.next()
      const token = newToken('glrt-')
      await db.transaction().execute(async (unit) => {
        await insertRunner(unit, {
          id,
          name: body.name,
          tokenHash: hashToken(token),
          tags: body.tags,
          createdAtMs: clock.now(),
        })
        await appendEntry(
          unit,
          { id: ids.next(), atMs: clock.now(), actor, project: '', runId: null },
          'runner.registered',
          { runnerId: id, name: body.name, tags: body.tags },
        )
      })
      return { id, token }
    },
    async stopServer({ body }) {
      parts.requestStop(body.services)
      return { stopping: true }
    },
  }
}
