import { once } from 'node:events'
import { join } from 'node:path'
import { sha256Hex } from '@sluice/kernel'
import type { MigrateRequest, MigrateResult } from '@sluice/rollout'
import { endProcess } from './end-process.ts'
import { launch, type LauncherOptions } from './launcher.ts'
import { OutputTail } from './output-tail.ts'
import { findMarked, identify } from './process-identity.ts'
import { migrationRecord } from './process-record.ts'
import { RecordFolder } from './record-folder.ts'
import type { ReleaseFolder } from './release-folder.ts'

interface MigrationsOptions {
  folder: string
  releases: ReleaseFolder
  launcher: LauncherOptions
  timeoutMs: number
}

/** Runs a release's migration to its end, once for each command id that succeeded. */
export class Migrations {
  readonly #options: MigrationsOptions
  readonly #records: RecordFolder<{ version: 1; commandId: string; output: string }>

  constructor(options: MigrationsOptions) {
    this.#options = options
    this.#records = new RecordFolder(join(options.folder, 'migrations'), migrationRecord)
  }

  async run(request: MigrateRequest): Promise<MigrateResult> {
    const { commandId, service } = request
    const { migrate } = service.policy
    if (migrate === undefined) return { succeeded: true, exitCode: null, output: '' }
    const recordId = sha256Hex(commandId)
    const done = await this.#records.read(recordId)
    if (done !== null) return { succeeded: true, exitCode: 0, output: done.output }
    const marker = `${this.#options.folder}#migrate#${recordId}`
    // One that a crash of the host left behind must not run beside this one.
    const left = findMarked(marker)
    if (left !== null) await endProcess(left, 0)
    const result = await this.#run(request, migrate, marker)
    if (result.succeeded) await this.#records.write(recordId, { version: 1, commandId, output: result.output })
    return result
  }

  async #run({ releaseDigest, service }: MigrateRequest, command: string[], marker: string): Promise<MigrateResult> {
    const releaseFolder = await this.#options.releases.unpacked(releaseDigest)
    const what = { releaseFolder, releaseDigest, service, command, env: service.secrets, marker }
    const child = await launch(
      { ...what, surviveParent: false, stdio: ['pipe', 'pipe', 'pipe'] },
      this.#options.launcher,
    )
    const tail = new OutputTail()
    tail.read(child.stdout)
    tail.read(child.stderr)
    const identity = identify(child.pid ?? 0)
    const timer = setTimeout(() => {
      if (identity !== null) void endProcess(identity, 0)
    }, this.#options.timeoutMs)
    const [exitCode] = (await once(child, 'close')) as [number | null]
    clearTimeout(timer)
    return { succeeded: exitCode === 0, exitCode, output: tail.text(Object.values(service.secrets)) }
  }
}
