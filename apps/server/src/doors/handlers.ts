import type { RunSummary } from '@sluice/contracts/api'
import type { TraceStore } from '@sluice/execution'
import type { ApiHandlers } from '@sluice/http-api'
import { SluiceError } from '@sluice/kernel'
import { assess } from '@sluice/maturity'
import {
  appendEntry,
  findAttemptOf,
  insertRunner,
  listProjects,
  readLog,
  type ProjectRow,
} from '@sluice/store-postgres'
import {
  needsDelivery,
  projectOf,
  proposeChange,
  registerProject,
  takeChange,
  type ProjectKeepers,
} from '../projects/take-change.ts'
import { traceKey } from '../runner/find-live-attempt.ts'
import { cancelRun, checkAcceptable, runOf } from '../runs/change-run.ts'
import { createRun, type RunMakers, type RunRequest } from '../runs/create-run.ts'
import { hashToken, newToken } from '../system.ts'
import { projectSummary, projectView, summariesOf } from '../views/project-views.ts'
import { runView, type RunReaders } from '../views/run-view.ts'
import type { Sessions } from './sessions.ts'

export interface HandlerParts extends RunMakers, ProjectKeepers, RunReaders {
  traces: TraceStore
  sessions: Sessions
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
      const taken = await takeChange(parts, row, call.actor)
      const wanted = await needsDelivery(db, row, taken.commit)
      const run = wanted
        ? await begin({ project: row, ref: row.default_branch, source: 'push', deliver: true, actor: call.actor })
        : null
      return { ...taken, run }
    },
    proposeChange: async (call) => proposeChange(parts, await project(call), call.body, call.actor),
    createRun: async (call) =>
      begin({
        project: await project(call),
        ref: call.body.ref,
        source: 'web',
        deliver: call.body.deliver,
        actor: call.actor,
      }),
    async getMaturity(call) {
      const row = await project(call)
      return assess({ entries: await readLog(db, { project: row.slug }), now: clock.now() })
    },
    getRun: async ({ parameters }) => runView(parts, await runOf(db, parameters['run'] ?? '')),
    async cancelRun({ parameters, actor }) {
      const runId = parameters['run'] ?? ''
      await cancelRun(parts, runId, actor)
      return summaryOf(runId)
    },
    async acceptPolicy({ parameters, actor, body }) {
      const closed = await checkAcceptable(db, parameters['run'] ?? '')
      const { ref, deliver } = closed
      const row = await projectOf(db, closed.project)
      return begin({ project: row, ref, source: 'web', deliver, actor, acceptance: { reason: body.reason } })
    },
    getLog: ({ parameters, query }) => readAttemptLog(parts, parameters, query),
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

const chunkBytesMax = 262_144

async function readAttemptLog(parts: HandlerParts, parameters: Record<string, string>, query: Record<string, string>) {
  const run = await runOf(parts.db, parameters['run'] ?? '')
  const attempt = await findAttemptOf(parts.db, run.id, parameters['job'] ?? '', Number(parameters['attempt']) || 0)
  if (attempt === null) {
    throw new SluiceError(
      'JOB_UNKNOWN',
      `Cannot read a log: run ${run.number} has no attempt ${parameters['attempt']} of job "${parameters['job']}"`,
      { status: 404 },
    )
  }
  const offset = Math.max(0, Math.trunc(Number(query['offset'] ?? 0)) || 0)
  const limit = Math.min(
    chunkBytesMax,
    Math.max(1, Math.trunc(Number(query['limit'] ?? chunkBytesMax)) || chunkBytesMax),
  )
  const key = traceKey(attempt)
  const bytes = wholeCharacters(await parts.traces.read(key, offset, limit))
  const nextOffset = offset + bytes.length
  const atEnd = nextOffset >= (await parts.traces.size(key))
  return { offset, nextOffset, text: new TextDecoder().decode(bytes), complete: attempt.finished_at !== null && atEnd }
}

/** Leaves out a character that is cut at the end, so that the next piece begins with it. Broken bytes are kept. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    const cut = wanted > back && bytes.length > back
    return cut ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}
