import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { SluiceError } from '@sluice/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDoors, type TestDoors } from '../testing/test-doors.ts'
import type { RunnerCalls, UploadedArtifact } from './ports.ts'

const json = { 'content-type': 'application/json' }
const log = { 'content-type': 'text/plain', 'job-token': 't', 'content-range': '5-9' }

async function openRunner(calls: Partial<RunnerCalls> = {}): Promise<TestDoors> {
  const refusing: RunnerCalls = {
    verify: async () => false,
    requestJob: async () => 'forbidden',
    appendTrace: async () => ({ status: 403, sizeBytes: 0, canceled: true }),
    update: async () => ({ status: 403, canceled: true }),
    upload: async () => false,
    download: async () => 'forbidden',
  }
  const doors = await openTestDoors({ runner: { ...refusing, ...calls } })
  onTestFinished(() => doors.close())
  return doors
}

const form = (
  content: string,
  field = 'name="file"; filename="a.zip"',
): { headers: Record<string, string>; body: string } => ({
  headers: { 'content-type': 'multipart/form-data; boundary=b', 'job-token': 't' },
  body: `--b\r\ncontent-disposition: form-data; ${field}\r\n\r\n${content}\r\n--b--\r\n`,
})

test.each([
  ['POST', '/api/v4/runners/verify', json, '{"token":"x"}'],
  ['POST', '/api/v4/jobs/request', json, '{"token":"x"}'],
  ['PATCH', '/api/v4/jobs/1/trace', log, 'hello'],
  ['PUT', '/api/v4/jobs/1', json, '{"token":"x","state":"success"}'],
  ['GET', '/api/v4/jobs/1/artifacts', {}, undefined],
  ['POST', '/api/v4/jobs/1/artifacts', form('zip').headers, form('zip').body],
])('%s %s with a token that is not known is 403', async (method, path, headers, body) => {
  const doors = await openRunner()
  const asked = { method, path, headers: headers as Record<string, string>, ...(body === undefined ? {} : { body }) }
  expect((await doors.ask(asked)).status).toBe(403)
})

test.each([
  [{ id: 7, token: 'j' }, 201],
  [null, 204],
])('a request for a job that gives %j is %i', async (job, status) => {
  const doors = await openRunner({ requestJob: async () => job as never })
  const answer = await doors.ask({ method: 'POST', path: '/api/v4/jobs/request', headers: json, body: '{"token":"x"}' })
  expect([answer.status, answer.text]).toEqual([status, job === null ? '' : JSON.stringify(job)])
})

test('a runner that leaves while it waits is not waited for', async () => {
  const asked = Promise.withResolvers<AbortSignal>()
  const doors = await openRunner({
    requestJob: async (_request, signal) => {
      asked.resolve(signal)
      await once(signal, 'abort')
      return null
    },
  })
  const target = { host: '127.0.0.1', port: doors.port, method: 'POST', path: '/api/v4/jobs/request', headers: json }
  const waiting = request(target).on('error', () => {})
  waiting.end('{"token":"x"}')
  const signal = await asked.promise
  const left = once(signal, 'abort')
  waiting.destroy()
  await left
  expect(signal.aborted).toBe(true)
})

test('a piece of a log is taken at its offset; the answer says what is there and whether to stop', async () => {
  const taken: unknown[] = []
  const doors = await openRunner({
    appendTrace: async (jobId, token, offset, bytes) => {
      taken.push([jobId, token, offset, Buffer.from(bytes).toString()])
      return { status: 202, sizeBytes: 10, canceled: true }
    },
  })
  const answer = await doors.ask({ method: 'PATCH', path: '/api/v4/jobs/7/trace', headers: log, body: 'hello' })
  expect(taken).toEqual([[7, 't', 5, 'hello']])
  expect(answer.status).toBe(202)
  expect(answer.headers).toMatchObject({
    range: '0-10',
    'job-status': 'canceled',
    'x-gitlab-trace-update-interval': '1',
  })
})

test('a piece that does not fit is 416 with the size so far', async () => {
  const doors = await openRunner({ appendTrace: async () => ({ status: 416, sizeBytes: 3, canceled: false }) })
  const answer = await doors.ask({ method: 'PATCH', path: '/api/v4/jobs/7/trace', headers: log, body: 'hello' })
  expect([answer.status, answer.headers['range'], answer.headers['job-status']]).toEqual([416, '0-3', 'running'])
})

test.each(['0', '-1', 'x', '99999999999', '1.5'])('job %s is none', async (id) => {
  const ids: number[] = []
  const doors = await openRunner({
    update: async (jobId) => {
      ids.push(jobId)
      return { status: 403, canceled: true }
    },
  })
  await doors.ask({ method: 'PUT', path: `/api/v4/jobs/${id}`, headers: json, body: '{"token":"x","state":"failed"}' })
  expect(ids).toEqual([0])
})

test.each([
  ['POST', '/api/v4/jobs/request', '{}', 'token: '],
  ['PUT', '/api/v4/jobs/1', '{"token":"x","state":"done"}', 'state: '],
])('%s %s names what is wrong with its body', async (method, path, body, named) => {
  const doors = await openRunner()
  const answer = await doors.ask({ method, path, headers: json, body })
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { code: 'HTTP_BODY_INVALID' }])
  expect(answer.text).toContain(named)
})

test('an artifact is streamed on, with what its query says', async () => {
  const uploads: (Omit<UploadedArtifact, 'content'> & { text: string })[] = []
  const doors = await openRunner({
    upload: async (_jobId, _token, { content, ...artifact }) => {
      uploads.push({ ...artifact, text: Buffer.concat((await content.toArray()) as Buffer[]).toString() })
      return true
    },
  })
  const path = '/api/v4/jobs/7/artifacts'
  const query = '?artifact_type=sluice_report&artifact_format=gzip&artifact_name=tests&sluice_path=reports/junit.xml'
  expect((await doors.ask({ method: 'POST', path: `${path}${query}`, ...form('report') })).status).toBe(201)
  expect((await doors.ask({ method: 'POST', path, ...form('zip') })).status).toBe(201)
  expect(uploads).toEqual([
    { type: 'sluice_report', format: 'gzip', name: 'tests', path: 'reports/junit.xml', text: 'report' },
    { type: 'archive', format: 'zip', name: 'a.zip', path: 'a.zip', text: 'zip' },
  ])
})

test.each([
  ['?artifact_type=../x', 'artifact_type'],
  ['?artifact_format=rar', 'artifact_format'],
  [`?artifact_name=${'x'.repeat(256)}`, 'artifact_name'],
])('an artifact with the query %s is refused by name', async (query, named) => {
  const doors = await openRunner({ upload: async () => true })
  const answer = await doors.ask({ method: 'POST', path: `/api/v4/jobs/7/artifacts${query}`, ...form('zip') })
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(named)])
})

test('a form without a file, and no form at all, are refused', async () => {
  const doors = await openRunner({ upload: async () => true })
  const asked = { method: 'POST', path: '/api/v4/jobs/7/artifacts' }
  expect((await doors.ask({ ...asked, ...form('x', 'name="other"') })).status).toBe(400)
  expect((await doors.ask({ ...asked, headers: json, body: '{}' })).status).toBe(406)
})

test('what refuses an upload in the middle is told to the runner', async () => {
  const doors = await openRunner({
    upload: async () => {
      throw new SluiceError('ZIP_TOO_LARGE', 'Cannot take the archive: too large', { status: 413 })
    },
  })
  const answer = await doors.ask({ method: 'POST', path: '/api/v4/jobs/7/artifacts', ...form('x'.repeat(1_000_000)) })
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([413, { code: 'ZIP_TOO_LARGE' }])
})

test.each([
  [null, 404, ''],
  ['zip', 200, 'zip'],
])('an archive that is %j is answered with %i', async (archive, status, text) => {
  const doors = await openRunner({ download: async () => (archive === null ? null : Readable.from([archive])) })
  const answer = await doors.ask({ path: '/api/v4/jobs/7/artifacts', headers: { 'job-token': 't' } })
  expect(answer.status).toBe(status)
  expect(answer.text).toContain(text)
})
