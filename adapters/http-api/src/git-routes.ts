import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GitReads } from './ports.ts'
import { singleValues } from './query.ts'

const service = 'git-upload-pack'

/** Git's smart HTTP protocol, reading only (gitprotocol-http): what a runner fetches a job's sources from. */
export function registerGit(
  app: FastifyInstance,
  git: GitReads,
  log: (message: string, details: object) => void,
): void {
  const serve = serveWith(git, log)
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_, payload, done) => done(null, payload))
    scope.get('/git/:project.git/info/refs', async (request, reply) => {
      if (singleValues(request.query)['service'] !== service) return reply.code(403).send(`only ${service} is served`)
      return serve(request, reply, true)
    })
    scope.post(`/git/:project.git/${service}`, (request, reply) => serve(request, reply, false))
  })
}

function serveWith(git: GitReads, log: (message: string, details: object) => void) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    advertise: boolean,
  ): Promise<FastifyReply | undefined> => {
    const { project } = request.params as { project: string }
    if (!(await git.mayRead(project, passwordOf(request)))) {
      return reply.code(401).header('www-authenticate', 'Basic realm="Sluice"').send('a live job token is wanted')
    }
    const { 'git-protocol': protocol, 'content-encoding': contentEncoding } = request.headers
    reply.hijack()
    const type = `application/x-${service}-${advertise ? 'advertisement' : 'result'}`
    reply.raw.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' })
    try {
      await git.serve(
        project,
        {
          advertise,
          body: request.raw,
          ...(typeof protocol === 'string' ? { protocol } : {}),
          ...(contentEncoding === undefined ? {} : { contentEncoding }),
        },
        reply.raw,
      )
    } catch (error) {
      // The status is out; a cut answer is what tells Git.
      reply.raw.destroy()
      log('a fetch failed', { project, error: String(error) })
    }
    return undefined
  }
}

/** The password of HTTP Basic authentication; the user name is `gitlab-ci-token` and says nothing. */
function passwordOf(request: FastifyRequest): string {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return ''
  return Buffer.from(encoded, 'base64').toString('utf8').split(':').slice(1).join(':').slice(0, 200)
}
