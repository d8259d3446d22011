import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identify } from './process-identity.ts'
import { instanceRecord } from './process-record.ts'
import { RecordFolder } from './record-folder.ts'
import { killRecordedProcesses, recordedProcesses } from './recorded-processes.ts'

test('what a folder records is found while it lives, and killed with what it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-recorded-'))
  const child = spawn('/bin/sh', ['-c', 'read line; echo $line'], { detached: true, stdio: 'pipe' })
  const ended = once(child, 'close')
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  const live = identify(child.pid ?? 0)
  const records = new RecordFolder(join(folder, 'instances'), instanceRecord)
  const record = { version: 1, role: 'stable', releaseDigest: 'sha256:0', port: 1 } as const
  await records.write('lives', { ...record, instanceId: 'lives', process: live })
  await records.write('died', { ...record, instanceId: 'died', process: { pid: child.pid ?? 0, startTicks: '1' } })
  await records.write('never', { ...record, instanceId: 'never', process: null })
  expect(await recordedProcesses(folder)).toEqual([live])
  expect(await killRecordedProcesses(folder)).toBe(1)
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(await recordedProcesses(folder)).toEqual([])
})

test('nothing is recorded where there is no folder, or nothing that can be read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-recorded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  expect(await recordedProcesses(join(folder, 'none'))).toEqual([])
  const records = new RecordFolder(join(folder, 'instances'), instanceRecord)
  await records.write('a', { version: 1, instanceId: 'a', role: 'stable', releaseDigest: '', port: 1, process: null })
  writeFileSync(join(folder, 'instances', 'b.json'), '{')
  expect(await killRecordedProcesses(folder)).toBe(0)
})
