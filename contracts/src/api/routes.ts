/** Every route of the console's and the command line's API. The runner's calls are in `../runner.ts`. */
import { z } from 'zod'
import { processModes } from '../resource-group.ts'
import { route } from './route.ts'
import type {
  LogChunk,
  MaturityView,
  ProjectSummary,
  ProjectView,
  ResourceGroupView,
  RunSummary,
  RunView,
  SessionView,
} from './views.ts'

const slug = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)
const branch = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!-)[A-Za-z0-9._/-]+$/)

export const registerProjectBody = z.strictObject({
  slug,
  name: z.string().min(1).max(100),
  /** A folder on the server's machine whose content is the project; only an administrator on that machine may name one. */
  folder: z.string().min(1).max(4096),
})
export const proposeChangeBody = z.strictObject({
  branch,
  title: z.string().min(1).max(200),
  /** A unified diff against the default branch, paths with `a/` and `b/`. */
  patch: z.string().min(1).max(1_000_000),
})
export const createRunBody = z.strictObject({
  ref: branch,
  /** Take the change all the way to the last environment. */
  deliver: z.boolean().default(false),
})
export const registerRunnerBody = z.strictObject({
  name: z.string().min(1).max(100),
  tags: z.array(z.string().min(1).max(50)).max(20).default([]),
})
export const openSessionBody = z.strictObject({ token: z.string().min(20).max(200) })
export const stopServerBody = z.strictObject({
  /** Stop the services that were deployed, too; else they run on behind the router. */
  services: z.boolean(),
})
export const configureResourceGroupBody = z.strictObject({ processMode: z.enum(processModes) })
export const acceptProducersBody = z.strictObject({ reason: z.string().min(3).max(500) })

export const routes = {
  getSession: route<SessionView>()({
    method: 'GET',
    path: '/api/session',
    permission: 'session.read',
    summary: 'Who am I, and what may I do',
    errors: [],
  }),
  openSession: route<SessionView>()({
    method: 'POST',
    path: '/api/session',
    permission: 'session.open',
    summary: 'Trade the one-time token of a sign-in link for a session cookie',
    body: openSessionBody,
    errors: ['HTTP_SIGN_IN_LINK_USED'],
  }),
  closeSession: route<{ closed: true }>()({
    method: 'DELETE',
    path: '/api/session',
    permission: 'session.read',
    summary: 'Sign out',
    errors: [],
  }),
  inviteSession: route<{ url: string; expiresAt: string }>()({
    method: 'POST',
    path: '/api/sign-in-links',
    permission: 'session.invite',
    summary: 'Make a one-time sign-in link, good for five minutes',
    errors: [],
  }),
  listProjects: route<ProjectSummary[]>()({
    method: 'GET',
    path: '/api/projects',
    permission: 'project.read',
    summary: 'All projects',
    errors: [],
  }),
  registerProject: route<ProjectSummary>()({
    method: 'POST',
    path: '/api/projects',
    permission: 'project.register',
    summary: 'Register a folder as a project, or find it registered',
    body: registerProjectBody,
    errors: ['GIT_FOLDER_MISSING', 'PROJECT_EXISTS'],
  }),
  getProject: route<ProjectView>()({
    method: 'GET',
    path: '/api/projects/:project',
    permission: 'project.read',
    summary: 'One project with its history and DORA figures',
    errors: ['PROJECT_UNKNOWN'],
  }),
  /** `run`: the one that delivers the newest commit, begun now or under way; `null` where it was delivered before. */
  syncProject: route<{ commit: string; changed: boolean; run: RunSummary | null }>()({
    method: 'POST',
    path: '/api/projects/:project/sync',
    permission: 'run.create',
    summary: 'Take the newest change of the folder; deliver it when production does not run it yet',
    errors: ['PROJECT_UNKNOWN'],
  }),
  proposeChange: route<{ commit: string; branch: string }>()({
    method: 'POST',
    path: '/api/projects/:project/changes',
    permission: 'change.propose',
    summary: 'Commit a patch on a branch of the platform’s repository of the project',
    body: proposeChangeBody,
    errors: ['PROJECT_UNKNOWN', 'GIT_PATCH_REFUSED'],
  }),
  createRun: route<RunSummary>()({
    method: 'POST',
    path: '/api/projects/:project/runs',
    permission: 'run.create',
    summary: 'Run the pipeline of a ref',
    body: createRunBody,
    errors: ['PROJECT_UNKNOWN', 'GIT_REF_UNKNOWN', 'PIPELINE_MISTAKES', 'POLICY_MISTAKES'],
  }),
  stopEnvironment: route<ProjectSummary>()({
    method: 'POST',
    path: '/api/projects/:project/environments/:environment/stop',
    permission: 'environment.stop',
    summary: 'End what serves in an environment that the policy in force names no longer',
    errors: ['PROJECT_UNKNOWN', 'ENVIRONMENT_UNKNOWN', 'ENVIRONMENT_NOT_STOPPABLE'],
  }),
  listResourceGroups: route<ResourceGroupView[]>()({
    method: 'GET',
    path: '/api/projects/:project/resource-groups',
    permission: 'project.read',
    summary: 'The resource groups that runs of the project have named, with who holds them and who is in line',
    errors: ['PROJECT_UNKNOWN'],
  }),
  configureResourceGroup: route<ResourceGroupView>()({
    method: 'PUT',
    path: '/api/projects/:project/resource-groups/:group',
    permission: 'resource-group.configure',
    summary: 'Choose in which order a resource group serves the jobs in line',
    body: configureResourceGroupBody,
    errors: ['PROJECT_UNKNOWN', 'RESOURCE_GROUP_UNKNOWN'],
  }),
  getMaturity: route<MaturityView>()({
    method: 'GET',
    path: '/api/projects/:project/maturity',
    permission: 'project.read',
    summary: 'Maturity, computed from the log',
    errors: ['PROJECT_UNKNOWN'],
  }),
  getRun: route<RunView>()({
    method: 'GET',
    path: '/api/runs/:run',
    permission: 'run.read',
    summary: 'One run, whole',
    errors: ['RUN_UNKNOWN'],
  }),
  cancelRun: route<RunSummary>()({
    method: 'POST',
    path: '/api/runs/:run/cancel',
    permission: 'run.cancel',
    summary: 'Cancel a run and what it delivers',
    errors: ['RUN_UNKNOWN'],
  }),
  playJob: route<RunSummary>()({
    method: 'POST',
    path: '/api/runs/:run/jobs/:job/play',
    permission: 'run.create',
    summary: 'Start a job that waits for a person',
    errors: ['RUN_UNKNOWN', 'JOB_UNKNOWN', 'RUN_JOB_NOT_MANUAL'],
  }),
  acceptProducers: route<RunSummary>()({
    method: 'POST',
    path: '/api/runs/:run/accept-producers',
    permission: 'producers.accept',
    summary: 'Accept, with a reason, that this change defines its reporting jobs anew, and begin another run with that',
    body: acceptProducersBody,
    errors: ['RUN_UNKNOWN', 'RUN_NOT_ACCEPTABLE'],
  }),
  /** Query: `offset`, `limit` (bytes, 256 KiB at most). */
  getLog: route<LogChunk>()({
    method: 'GET',
    path: '/api/runs/:run/jobs/:job/attempts/:attempt/log',
    permission: 'run.read',
    summary: 'A piece of a job’s log',
    errors: ['RUN_UNKNOWN', 'JOB_UNKNOWN'],
  }),
  registerRunner: route<{ id: string; token: string }>()({
    method: 'POST',
    path: '/api/runners',
    permission: 'runner.register',
    summary: 'Register a runner; its token is shown once',
    body: registerRunnerBody,
    errors: [],
  }),
  stopServer: route<{ stopping: true }>()({
    method: 'POST',
    path: '/api/server/stop',
    permission: 'server.stop',
    summary: 'Stop the server, once its answer is out, with or without the services that it deployed',
    body: stopServerBody,
    errors: [],
  }),
} as const

/** Server-sent events, each a `ChangeNotice` as JSON; `?run=` or `?project=` narrows it; `Last-Event-ID` resumes. */
export const eventsPath = '/api/events'
