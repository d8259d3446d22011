import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import { jobRequest, jobUpdate, verifyRequest } from '@sluice/contracts/runner'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RunnerCalls } from './ports.ts'
import { singleValues } from './query.ts'

/** GitLab Runner's coordinator calls; see contracts/src/runner.ts. */
export function registerRunner(app: FastifyInstance, calls: RunnerCalls): void {
  app.post('/api/v4/runners/verify', async (request, reply) => {
    const { token } = parse(verifyRequest, request.body)
    return (await calls.verify(token)) ? reply.code(200).send({ token }) : forbidden(reply)
  })
  app.post('/api/v4/jobs/request', async (request, reply) => {
    const left = new AbortController()
    reply.raw.once('close', () => left.abort())
    const job = await calls.requestJob(parse(jobRequest, request.body), left.signal)
    if (job === 'forbidden') return forbidden(reply)
    return job === null ? reply.code(204).send() : reply.code(201).send(job)
  })
  app.patch('/api/v4/jobs/:id/trace', async (request, reply) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const answer = await calls.appendTrace(jobIdOf(request), tokenOf(request), offsetOf(request), bytes)
    void reply.headers({
      range: `0-${answer.sizeBytes}`,
      'job-status': answer.canceled ? 'canceled' : 'running',
      'x-gitlab-trace-update-interval': '1',
    })
    return reply.code(answer.status).send()
  })
  app.put('/api/v4/jobs/:id', async (request, reply) => {
    const answer = await calls.update(jobIdOf(request), parse(jobUpdate, request.body))
    void reply.header('job-status', answer.canceled ? 'canceled' : 'running')
    return reply.code(answer.status).send()
  })
  app.post('/api/v4/jobs/:id/artifacts', (request, reply) => receiveArtifact(calls, request, reply))
  app.get('/api/v4/jobs/:id/artifacts', async (request, reply) => {
    const archive = await calls.download(jobIdOf(request), tokenOf(request))
    if (archive === 'forbidden') return forbidden(reply)
    if (archive === null) return reply.code(404).send({ message: '404 Not Found' })
    return reply.type('application/zip').send(archive)
  })
}

/** Of an upload's query; unknown names are passed over. */
const uploadQuery = z.object({
  artifact_type: z
    .string()
    .regex(/^[a-z_]{1,50}$/)
    .default('archive'),
  artifact_format: z.enum(['zip', 'gzip']).default('zip'),
  artifact_name: z.string().min(1).max(255).optional(),
  sluice_path: z.string().min(1).max(1000).optional(),
})

async function receiveArtifact(
  calls: RunnerCalls,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = parse(uploadQuery, singleValues(request.query))
  const part = await request.file()
  if (part === undefined)
    throw new SluiceError('HTTP_BODY_INVALID', 'Cannot take the artifact: the form has no field "file"', {
      status: 400,
    })
  const filename = part.filename.slice(0, 255)
  const taken = await calls
    .upload(jobIdOf(request), tokenOf(request), {
      type: query.artifact_type,
      format: query.artifact_format,
      name: query.artifact_name ?? filename,
      path: query.sluice_path ?? filename,
      content: part.file,
    })
    .finally(() => part.file.resume())
  return taken ? reply.code(201).send({ message: '201 Created' }) : forbidden(reply)
}

const forbidden = (reply: FastifyReply): FastifyReply => reply.code(403).send({ message: '403 Forbidden' })

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body, { error: schemaWords })
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new SluiceError('HTTP_BODY_INVALID', `Cannot take the runner's call: ${faults}`, { status: 400 })
}

function jobIdOf(request: FastifyRequest): number {
  const id = Number((request.params as Record<string, string>)['id'])
  return Number.isSafeInteger(id) && id > 0 && id < 2 ** 31 ? id : 0
}

function tokenOf(request: FastifyRequest): string {
  const header = request.headers['job-token']
  return typeof header === 'string' ? header.slice(0, 200) : ''
}

/** `Content-Range: FIRST-LAST`, as GitLab Runner writes it. */
function offsetOf(request: FastifyRequest): number {
  const first = /^(\d{1,15})-\d{1,15}/.exec(request.headers['content-range'] ?? '')?.[1]
  return first === undefined ? -1 : Number(first)
}
