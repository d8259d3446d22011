/** `GET /status`, `PUT /sites/:name`, `DELETE /sites/:name`, for those who can reach the socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { routerSite, type RouterSite, type RouterStatus } from '@sluice/contracts/router'
import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import { z } from 'zod'
import type { Sites } from './sites.ts'

const bodyLimitBytes = 64 * 1024

export interface ControlApi {
  sites: Sites
  startedAt: string
}

interface Answer {
  status: number
  body: unknown
}

/** Answers one call; faults become `{ code, message }`. */
export async function answerControl(
  api: ControlApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await route(api, request).catch(faultAnswer)
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function route({ sites, startedAt }: ControlApi, request: IncomingMessage): Promise<Answer> {
  const name = /^\/sites\/([a-z0-9.-]+)$/.exec(request.url ?? '')?.[1]
  if (request.method === 'GET' && request.url === '/status') {
    const body: RouterStatus = { pid: process.pid, startedAt, sites: sites.status() }
    return { status: 200, body }
  }
  if (request.method === 'PUT' && name !== undefined) {
    return { status: 200, body: await sites.apply(await readSite(request, name)) }
  }
  if (request.method === 'DELETE' && name !== undefined) {
    await sites.remove(name)
    return { status: 200, body: {} }
  }
  throw invalid(`no route ${request.method} ${request.url}`, 404)
}

async function readSite(request: IncomingMessage, name: string): Promise<RouterSite> {
  const parsed = routerSite.safeParse(parseJson(await readBody(request)), { error: schemaWords })
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), 422)
  if (parsed.data.name !== name) throw invalid(`the body names site "${parsed.data.name}", the path "${name}"`, 422)
  return parsed.data
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > bodyLimitBytes) throw invalid(`the body is larger than ${bodyLimitBytes} bytes`, 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('the body is no JSON', 400)
  }
}

const invalid = (why: string, status: number): SluiceError =>
  new SluiceError('ROUTER_REQUEST_INVALID', `Cannot answer the call: ${why}`, { status })

function faultAnswer(error: unknown): Answer {
  if (error instanceof SluiceError) return { status: error.status, body: { code: error.code, message: error.message } }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 500, body: { code: 'ROUTER_REQUEST_INVALID', message: `Cannot answer the call: ${message}` } }
}
