import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { identityOf, isRunning } from './process-identity.ts'
import { ProcessRecords } from './process-records.ts'
import { findReadyLine, lastWords, startProcess, type ProcessSpec } from './start-process.ts'
import { killHard, stopProcess, untilGone } from './stop-process.ts'

function place(script: string, more: Partial<ProcessSpec> = {}): { spec: ProcessSpec; records: ProcessRecords } {
  const folder = scratchFolder()
  const records = new ProcessRecords(join(folder, 'run'))
  onTestFinished(async () => {
    const running = await records.findRunning('server')
    if (running !== null) killHard(running)
  })
  const spec = {
    name: 'server',
    file: process.execPath,
    args: ['-e', script],
    env: { PATH: process.env['PATH'] },
    cwd: folder,
    logFile: join(folder, 'log', 'server.log'),
    ...more,
  }
  return { spec, records }
}

const ready = `console.log('begin');console.log(JSON.stringify({ready:true,url:'http://x'}));setInterval(()=>{},1e6);`

test('a process is started, recorded and says its ready line', async () => {
  const { spec, records } = place(ready)
  const started = await startProcess(spec, records)
  expect(started).toMatchObject({ adopted: false, ready: { ready: true, url: 'http://x' } })
  expect(await records.findRunning('server')).toMatchObject({ pid: started.pid, startTime: started.startTime })
  expect(readFileSync(spec.logFile, 'utf8')).toContain('begin\n')
})

test('a process that is recorded and lives is adopted, not started again', async () => {
  const { spec, records } = place(ready)
  const first = await startProcess(spec, records)
  expect(await startProcess(spec, records)).toMatchObject({ adopted: true, pid: first.pid, ready: null })
})

test('a process that is recorded and dead is started again', async () => {
  const { spec, records } = place(ready)
  const first = await startProcess(spec, records)
  expect(await stopProcess(first, 5000)).toBe('stopped')
  const second = await startProcess(spec, records)
  expect(second.adopted).toBe(false)
  expect(second.pid).not.toBe(first.pid)
})

test('one that ends at its start gives its last words and leaves no record', async () => {
  const { spec, records } = place(
    `console.error('Cannot listen: busy [HTTP_PORT_BUSY]');console.error('more');process.exit(1)`,
  )
  await expect(startProcess(spec, records)).rejects.toMatchObject({
    code: 'CLI_PART_FAILED',
    message: expect.stringContaining('Cannot listen: busy [HTTP_PORT_BUSY]'),
  })
  expect(await records.findRunning('server')).toBeNull()
})

test('one that is never ready is ended', async () => {
  const { spec, records } = place(`console.log(process.pid);setInterval(()=>{},1e6)`, { readyTimeoutMs: 300 })
  await expect(startProcess(spec, records)).rejects.toMatchObject({ code: 'CLI_PART_TIMEOUT' })
  const pid = Number(readFileSync(spec.logFile, 'utf8'))
  const left = await identityOf(pid)
  expect(left === null || (await untilGone(left, 5000))).toBe(true)
})

test('a program that is not there gives one sentence', async () => {
  const { spec, records } = place('', { file: '/nonexistent/node' })
  await expect(startProcess(spec, records)).rejects.toMatchObject({ code: 'CLI_PART_FAILED' })
  expect(existsSync(join(spec.cwd, 'run', 'server.json'))).toBe(false)
})

test('a process that does not listen to SIGTERM is killed with its group after the grace', async () => {
  const child = `process.on('SIGTERM',()=>{});setInterval(()=>{},1e6)`
  const { spec, records } = place(
    `const c=require('child_process').spawn(process.execPath,['-e',${JSON.stringify(child)}]);` +
      `process.on('SIGTERM',()=>{});console.log(JSON.stringify({ready:true,child:c.pid}));setInterval(()=>{},1e6)`,
  )
  const started = await startProcess(spec, records)
  const grandchild = await identityOf(Number(started.ready?.['child']))
  expect(await stopProcess(started, 50)).toBe('killed')
  expect(await isRunning(started)).toBe(false)
  expect(grandchild === null || (await untilGone(grandchild, 5000))).toBe(true)
})

test.each([
  ['', null],
  ['{"ready":true}', null],
  ['noise\n{"ready":true,"url":"x"}\nmore', { ready: true, url: 'x' }],
  ['{"ready":false}\n{"ready":true}\n', { ready: true }],
  ['{"ready":tr\n', null],
])('the ready line of %j', (text, found) => {
  expect(findReadyLine(text)).toEqual(found)
})

test.each([
  ['', 'it ended without a word'],
  ['one\ntwo\n\n', 'two'],
  ['file:1\nTypeError: no\n    at x\n\nNode.js v24\n', 'TypeError: no'],
  ['{"level":"error","message":"Cannot start"}\n{"level":"info","message":"bye"}\n', 'Cannot start'],
  ['Cannot x: y [SERVER_CONFIG]\n    at z\n', 'Cannot x: y [SERVER_CONFIG]'],
])('the last words of %j', (text, words) => {
  expect(lastWords(text)).toBe(words)
})
