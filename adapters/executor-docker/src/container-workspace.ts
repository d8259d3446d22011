import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  stepScript,
  type ArtifactManifest,
  type BlobStore,
  type CommandLimits,
  type FileSelection,
  type JobEnvironment,
  type OnOutput,
  type RunningStep,
  type Step,
  type StepEnd,
  type Workspace,
  type WorkspaceRequest,
} from '@sluice/execution'
import { ContainerStep } from './container-step.ts'
import { giveBack } from './give-back.ts'
import { makeJobContainer } from './job-container.ts'
import type { JobPlace } from './job-place.ts'
import { startAfter } from './start-after.ts'

type TakeOutOptions = Parameters<Workspace['takeOut']>[2]

/**
 * A job's folder, in which its steps run in a container and all else on this machine: before anything but a step touches the
 * files, all of them are given to the user that they belong to here.
 */
export class ContainerWorkspace implements Workspace {
  readonly pathInside: string
  readonly folder: string
  readonly #request: WorkspaceRequest
  readonly #place: JobPlace
  readonly #onFailure: () => Promise<void>
  #container: Promise<string> | null = null
  /** A container has written since the files were given back. */
  #isTouched = false

  constructor(request: WorkspaceRequest, place: JobPlace, onFailure: () => Promise<void>) {
    this.#request = request
    this.#place = place
    this.#onFailure = onFailure
    this.pathInside = `/builds/${request.project}`
    this.folder = place.workspace.folder
  }

  start(step: Step, onOutput: OnOutput, env: Readonly<Record<string, string>> = {}): RunningStep {
    const { workspace, engine, image } = this.#place
    // In GitLab, too, this one does not run in the job's container, as the sources are not there yet.
    if (step.name === 'pre_get_sources_script') return workspace.start(step, onOutput, env)
    const running = new ContainerStep({
      engine,
      prepare: async () => this.#prepare(step, env),
      what: `the container of image "${image.name}"`,
      scriptPath: `${this.pathInside}.tmp/.${step.name}`,
      timeoutMs: step.timeoutMs,
      onOutput,
    })
    return { ended: this.#tellServices(step, running.ended), stop: (graceMs) => running.stop(graceMs) }
  }

  startCommand(command: readonly string[], limits: CommandLimits, onOutput: OnOutput): RunningStep {
    const { workspace } = this.#place
    return startAfter(this.#settle(), () => workspace.startCommand(command, limits, onOutput))
  }

  async begin(snapshot: string): Promise<void> {
    await this.#place.workspace.begin(snapshot)
  }

  async collect(selection: FileSelection, blobs: BlobStore): Promise<ArtifactManifest> {
    await this.#settle()
    return this.#place.workspace.collect(selection, blobs)
  }

  async extract(manifest: ArtifactManifest, blobs: BlobStore): Promise<void> {
    await this.#settle()
    await this.#place.workspace.extract(manifest, blobs)
  }

  async underlay(tree: string): Promise<void> {
    await this.#place.workspace.underlay(tree)
  }

  async takeOut(
    selection: FileSelection,
    tree: string,
    options: TakeOutOptions,
  ): Promise<'taken' | 'unchanged' | 'empty'> {
    await this.#settle()
    return this.#place.workspace.takeOut(selection, tree, options)
  }

  async remove(): Promise<void> {
    try {
      await this.#settle()
    } finally {
      await this.#place.leavings.remove()
    }
  }

  async #prepare(step: Step, env: Readonly<Record<string, string>>): Promise<string> {
    const { workspace, environment } = this.#place
    const { control } = workspace.bound()
    const script = join(control, `.${step.name}`)
    await writeFile(script, stepScript(step.script, 'any', env), { mode: 0o644 })
    this.#container ??= this.#makeContainer(control, environment)
    return this.#container
  }

  /** The folder above lets nobody in, and in the container everybody may be the job's user. */
  async #makeContainer(control: string, { files }: JobEnvironment): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(control, name), content)
      await chmod(join(control, name), 0o644)
    }
    if (this.#place.forOtherUsers) await this.#place.workspace.open()
    const id = await makeJobContainer(this.#request, this.#place)
    this.#isTouched = true
    return id
  }

  async #tellServices(step: Step, ended: Promise<StepEnd>): Promise<StepEnd> {
    const end = await ended
    this.#isTouched = true
    if (step.name === 'script' && end.outcome === 'failed') await this.#onFailure().catch(() => undefined)
    return end
  }

  async #settle(): Promise<void> {
    if (!this.#isTouched) return
    const { workspace, engine, facts, owner, found } = this.#place
    const folder = workspace.folder
    if (process.geteuid?.() === 0) await workspace.takeOver()
    else await giveBack({ engine, facts, owner, image: found.id, folder })
    this.#isTouched = false
  }
}
