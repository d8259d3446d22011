import { join } from 'node:path'
import type { ExerciseRequest } from '@sluice/rollout'
import { endProcess } from './end-process.ts'
import { launch, type LauncherOptions } from './launcher.ts'
import { openLog } from './log-file.ts'
import { belongsTo, findMarked, identify, isAlive, type ProcessIdentity } from './process-identity.ts'
import { exerciseRecord, stoppedRecord } from './process-record.ts'
import { RecordFolder } from './record-folder.ts'
import type { ReleaseFolder } from './release-folder.ts'
import { Turns } from './turns.ts'

interface ExercisesOptions {
  folder: string
  releases: ReleaseFolder
  launcher: LauncherOptions
}

/** Programs that send requests during a rollout. None outlives the target: what a crash left is ended at the next start. */
export class Exercises {
  readonly #options: ExercisesOptions
  readonly #records: RecordFolder<{ version: 1; exerciseId: string; process: ProcessIdentity | null }>
  readonly #stopped: RecordFolder<{ version: 1; id: string }>
  readonly #turns = new Turns()

  constructor(options: ExercisesOptions) {
    this.#options = options
    this.#records = new RecordFolder(join(options.folder, 'exercises'), exerciseRecord)
    this.#stopped = new RecordFolder(join(options.folder, 'stopped'), stoppedRecord)
  }

  start(request: ExerciseRequest): Promise<void> {
    return this.#turns.take(request.exerciseId, () => this.#start(request))
  }

  stop(exerciseId: string): Promise<void> {
    return this.#turns.take(exerciseId, async () => {
      await this.#stopped.write(exerciseId, { version: 1, id: exerciseId })
      await this.#end(exerciseId)
    })
  }

  /** Ends all that run; their ids may start again. */
  async endAll(): Promise<void> {
    const records = await this.#records.all()
    await Promise.all(records.map(({ exerciseId }) => this.#turns.take(exerciseId, () => this.#end(exerciseId))))
  }

  async #end(exerciseId: string): Promise<void> {
    const live = await this.#live(exerciseId)
    if (live !== null) await endProcess(live, 0)
  }

  async #live(exerciseId: string): Promise<ProcessIdentity | null> {
    const record = await this.#records.read(exerciseId)
    if (record === null) return null
    if (record.process === null) return findMarked(this.#marker(exerciseId))
    return isAlive(record.process) && belongsTo(record.process, this.#options.folder) ? record.process : null
  }

  #marker(exerciseId: string): string {
    return `${this.#options.folder}#exercise#${exerciseId}`
  }

  async #start({ exerciseId, releaseDigest, service, targetUrl }: ExerciseRequest): Promise<void> {
    const command = service.policy.exercise
    if (command === undefined || (await this.#stopped.read(exerciseId)) !== null) return
    if ((await this.#live(exerciseId)) !== null) return
    const releaseFolder = await this.#options.releases.unpacked(releaseDigest)
    await this.#records.write(exerciseId, { version: 1, exerciseId, process: null })
    await using log = await openLog(join(this.#options.folder, 'logs', `${exerciseId}.log`))
    const child = await launch(
      {
        releaseFolder,
        releaseDigest,
        service,
        command,
        // No secrets: it talks to the site as a customer does.
        env: { TARGET_URL: targetUrl },
        marker: this.#marker(exerciseId),
        surviveParent: false,
        stdio: ['pipe', log.fd, log.fd],
      },
      this.#options.launcher,
    )
    child.unref()
    await this.#records.write(exerciseId, { version: 1, exerciseId, process: identify(child.pid ?? 0) })
  }
}
