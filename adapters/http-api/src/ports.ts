/** What the HTTP doors call; the server gives them. Handlers throw `SluiceError` for what the caller may know. */
import type { Readable, Writable } from 'node:stream'
import type { ChangeNotice, Route, routes } from '@sluice/contracts/api'
import type { Actor } from '@sluice/contracts/events'
import type { JobRequest, JobResponse, JobUpdate } from '@sluice/contracts/runner'

export interface ApiCall<Body> {
  actor: Actor
  parameters: Record<string, string>
  query: Record<string, string>
  body: Body
}

type AnswerOf<R> = R extends Route<infer Answer, infer _Body> ? Answer : never
type BodyOf<R> = R extends Route<infer _Answer, infer Body> ? Body : never
/** Handled by the door itself, which holds the cookie. */
type OwnRoutes = 'getSession' | 'openSession' | 'closeSession'

/** One function a route. */
export type ApiHandlers = {
  [K in Exclude<keyof typeof routes, OwnRoutes>]: (
    call: ApiCall<BodyOf<(typeof routes)[K]>>,
  ) => Promise<AnswerOf<(typeof routes)[K]>>
}

/** Sessions of people. Ids and tokens are opaque secrets; the keeper stores digests of them. */
export interface SessionKeeper {
  /** @returns `null` where the link is used up, too old or unknown */
  open(signInToken: string): Promise<{ id: string; actor: Actor; csrf: string } | null>
  find(id: string): Promise<{ actor: Actor; csrf: string } | null>
  close(id: string): Promise<void>
}

/** What changed, as it changes. */
export interface ChangeFeed {
  /** Calls `listener` for each notice until the returned function is called. */
  subscribe(listener: (notice: ChangeNotice) => void): () => void
  /**
   * Notices of entries after `seq`, oldest first, for a client that comes back; fewer than `limit` where there are no
   * more. Some before it may be told again.
   */
  since(seq: number, limit: number): Promise<ChangeNotice[]>
}

export interface TraceAnswer {
  status: 202 | 403 | 416
  sizeBytes: number
  canceled: boolean
}

export interface UploadedArtifact {
  type: string
  format: 'zip' | 'gzip'
  name: string
  /** Of a report, in the workspace. */
  path: string
  content: Readable
}

/** GitLab Runner's coordinator calls. Tokens decide; a call with a wrong or dead one is answered 403. */
export interface RunnerCalls {
  verify(token: string): Promise<boolean>
  /** Waits for a job up to the server's patience or until the signal; `'forbidden'` for a token that is not known. */
  requestJob(request: JobRequest, signal: AbortSignal): Promise<JobResponse | null | 'forbidden'>
  appendTrace(jobId: number, token: string, offset: number, bytes: Uint8Array): Promise<TraceAnswer>
  update(jobId: number, update: JobUpdate): Promise<{ status: 200 | 403; canceled: boolean }>
  /** @returns false where the token may not */
  upload(jobId: number, token: string, artifact: UploadedArtifact): Promise<boolean>
  /** @returns `'forbidden'`, or `null` where the job has no archive */
  download(jobId: number, token: string): Promise<Readable | null | 'forbidden'>
}

/** Read access to the platform's repositories by Git's smart HTTP protocol. */
export interface GitReads {
  /** Whether this job token may read the project now. */
  mayRead(project: string, token: string): Promise<boolean>
  serve(
    project: string,
    request: { advertise: boolean; protocol?: string; contentEncoding?: string; body: Readable },
    response: Writable,
  ): Promise<void>
}
