/** Instances of services: started once, found again, watched, kept running, stopped. */
import { basename, join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { HealthResult, InstanceExit, RunningInstance, StartRequest } from '@sluice/rollout'
import { endProcess } from './end-process.ts'
import { checkHealth } from './health-check.ts'
import { launch, type LauncherOptions } from './launcher.ts'
import { cutLogs, openLog } from './log-file.ts'
import { freePort } from './loopback-port.ts'
import { findMarked, identify, isAlive, type ProcessIdentity } from './process-identity.ts'
import { instanceRecord, stoppedRecord, type InstanceRecord } from './process-record.ts'
import { ProcessWatch } from './process-watch.ts'
import { RecordFolder } from './record-folder.ts'
import type { ReleaseFolder } from './release-folder.ts'
import { Turns } from './turns.ts'

export interface InstancesOptions {
  folder: string
  releases: ReleaseFolder
  launcher: LauncherOptions
  logLimitBytes: number
  watchEveryMs: number
}

type Live = InstanceRecord & { process: ProcessIdentity }

export class Instances {
  readonly #options: InstancesOptions
  readonly #records: RecordFolder<InstanceRecord>
  readonly #stopped: RecordFolder<{ version: 1; id: string }>
  readonly #turns = new Turns()
  /** Ids that `stop` was asked for; they never start again. */
  readonly #ending = new Set<string>()
  readonly #watch: ProcessWatch
  readonly #listeners = new Set<(exit: InstanceExit) => void>()
  readonly #closed = new AbortController()
  readonly #logTimer: NodeJS.Timeout

  constructor(options: InstancesOptions) {
    this.#options = options
    this.#records = new RecordFolder(join(options.folder, 'instances'), instanceRecord)
    this.#stopped = new RecordFolder(join(options.folder, 'stopped'), stoppedRecord)
    this.#watch = new ProcessWatch(options.watchEveryMs, (instanceId, reason) => {
      for (const listener of this.#listeners) listener({ instanceId, reason })
    })
    this.#logTimer = setInterval(() => void cutLogs(join(options.folder, 'logs'), options.logLimitBytes), 60_000)
    this.#logTimer.unref()
  }

  /** Forgets instances whose stop was cut off when they were gone already. */
  async tidy(): Promise<void> {
    for (const record of await this.#records.all()) {
      const { instanceId } = record
      if ((await this.#stopped.read(instanceId)) !== null && this.#live(record) === null)
        await this.#records.remove(instanceId)
    }
  }

  start(request: StartRequest): Promise<RunningInstance> {
    return this.#turns.take(request.instanceId, () => this.#start(request))
  }

  stop(instanceId: string, graceMs: number): Promise<void> {
    this.#ending.add(instanceId)
    return this.#turns.take(instanceId, async () => {
      await this.#stopped.write(instanceId, { version: 1, id: instanceId })
      const record = await this.#records.read(instanceId)
      const live = record === null ? null : this.#live(record)
      this.#watch.drop(instanceId)
      if (live !== null) await endProcess(live.process, graceMs)
      // That it was stopped is kept; only instances that may live are looked through.
      await this.#records.remove(instanceId)
    })
  }

  async health(instanceId: string, check: { path: string; timeoutMs: number }): Promise<HealthResult> {
    const record = await this.#records.read(instanceId)
    const live = record === null ? null : this.#live(record)
    if (live === null) return { healthy: false, reason: 'the process does not run' }
    const url = `http://127.0.0.1:${live.port}${check.path}`
    return checkHealth(url, check.timeoutMs, () => isAlive(live.process), this.#closed.signal)
  }

  async list(): Promise<RunningInstance[]> {
    const lives = (await this.#records.all()).flatMap((record) => this.#live(record) ?? [])
    for (const live of lives) {
      // One that is just ending is still alive, and its end is nobody's news.
      if (!this.#ending.has(live.instanceId)) this.#watch.add(live.instanceId, live.process, null)
    }
    return lives.map(runningOf)
  }

  onExit(listener: (exit: InstanceExit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#closed.abort()
    this.#watch.close()
    clearInterval(this.#logTimer)
  }

  logPath(instanceId: string): string {
    return join(this.#options.folder, 'logs', `${instanceId}.log`)
  }

  /** The record with a process that lives: the one it names, or one that was spawned and never recorded. */
  #live(record: InstanceRecord): Live | null {
    if (record.process !== null) return isAlive(record.process) ? { ...record, process: record.process } : null
    const found = findMarked(this.#marker(record.instanceId))
    return found === null ? null : { ...record, process: found }
  }

  #marker(instanceId: string): string {
    return `${this.#options.folder}#instance#${instanceId}`
  }

  async #start(request: StartRequest): Promise<RunningInstance> {
    const { instanceId } = checkId(request)
    if ((await this.#stopped.read(instanceId)) !== null) throw stoppedError(instanceId)
    const known = await this.#records.read(instanceId)
    const live = known === null ? null : this.#live(known)
    if (live !== null) return this.#adopt(live)
    const releaseFolder = await this.#options.releases.unpacked(request.releaseDigest)
    return this.#spawn(request, releaseFolder, await this.#choosePort(known))
  }

  async #adopt(live: Live): Promise<RunningInstance> {
    await this.#records.write(live.instanceId, live)
    this.#watch.add(live.instanceId, live.process, null)
    return runningOf(live)
  }

  /** Free, and not promised to another instance that is only starting. */
  async #choosePort(known: InstanceRecord | null): Promise<number> {
    return this.#turns.take('/port', async () => {
      const others = (await this.#records.all()).filter(({ instanceId }) => instanceId !== known?.instanceId)
      const promised = new Set(others.map(({ port }) => port))
      let port = await freePort(known?.port ?? null)
      while (port !== known?.port && promised.has(port)) port = await freePort(null)
      return port
    })
  }

  async #spawn(request: StartRequest, releaseFolder: string, port: number): Promise<RunningInstance> {
    const { instanceId, role, releaseDigest, service } = request
    const intent: InstanceRecord = { version: 1, instanceId, role, releaseDigest, port, process: null }
    await this.#records.write(instanceId, intent)
    await using log = await openLog(this.logPath(instanceId))
    const child = await launch(
      {
        releaseFolder,
        releaseDigest,
        service,
        command: service.policy.command,
        env: { ...service.secrets, HOST: '127.0.0.1', PORT: String(port) },
        marker: this.#marker(instanceId),
        surviveParent: true,
        stdio: ['pipe', log.fd, log.fd],
      },
      this.#options.launcher,
    )
    const process = identify(child.pid ?? 0)
    if (process === null) throw endedAtOnce(instanceId, this.logPath(instanceId))
    const live = { ...intent, process }
    await this.#records.write(instanceId, live)
    this.#watch.add(instanceId, process, child)
    return runningOf(live)
  }
}

const runningOf = ({ instanceId, role, releaseDigest, port, process }: Live): RunningInstance => ({
  instanceId,
  role,
  releaseDigest,
  port,
  pid: process.pid,
})

function checkId(request: StartRequest): StartRequest {
  const { instanceId } = request
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,149}$/.test(instanceId)) return request
  throw new SluiceError(
    'TARGET_INSTANCE_ID_INVALID',
    `Cannot start instance "${instanceId.slice(0, 200)}": wanted at most 150 letters, digits, dots, dashes and underscores`,
    { status: 422 },
  )
}

const stoppedError = (instanceId: string): SluiceError =>
  new SluiceError('TARGET_INSTANCE_STOPPED', `Cannot start instance "${instanceId}": it was stopped`, { status: 409 })

const endedAtOnce = (instanceId: string, logPath: string): SluiceError =>
  new SluiceError(
    'TARGET_START_FAILED',
    `Cannot start instance "${instanceId}": it ended at once; its words are in ${basename(logPath)}`,
  )
