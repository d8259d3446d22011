import { createGunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GitReads } from './ports.ts'

const result = 'application/x-git-upload-pack-result'
const advertisement = 'application/x-git-upload-pack-advertisement'

/** Git's smart HTTP protocol, reading only (gitprotocol-http): what a runner fetches a job's sources from. */
export function registerGit(app: FastifyInstance, git: GitReads): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_, payload, done) => done(null, payload))
    scope.get('/git/:project.git/info/refs', async (request, reply) => {
      if ((request.query as Record<string, string>)['service'] !== 'git-upload-pack')
        return reply.code(403).send('only git-upload-pack is served')
      return serve(git, request, reply, true)
    })
    scope.post('/git/:project.git/git-upload-pack', (request, reply) => serve(git, request, reply, false))
  })
}

async function serve(
  git: GitReads,
  request: FastifyRequest,
  reply: FastifyReply,
  advertise: boolean,
): Promise<FastifyReply | undefined> {
  const { project } = request.params as { project: string }
  if (!(await git.mayRead(project, passwordOf(request)))) {
    return reply.code(401).header('www-authenticate', 'Basic realm="Sluice"').send('a live job token is wanted')
  }
  const protocol = request.headers['git-protocol']
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': advertise ? advertisement : result, 'cache-control': 'no-store' })
  const body = request.headers['content-encoding'] === 'gzip' ? request.raw.pipe(createGunzip()) : request.raw
  await git.serve(project, { advertise, body, ...(typeof protocol === 'string' ? { protocol } : {}) }, reply.raw)
  return undefined
}

/** The password of HTTP Basic authentication; the user name is `gitlab-ci-token` and says nothing. */
function passwordOf(request: FastifyRequest): string {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return ''
  return Buffer.from(encoded, 'base64').toString('utf8').split(':').slice(1).join(':').slice(0, 200)
}
