import type { InstanceExit, RunningInstance, StartRequest } from '@sluice/rollout'

interface Kept {
  request: StartRequest
  failures: number
  startedMs: number
  timer: NodeJS.Timeout | null
}

const firstWaitMs = 250
const longestWaitMs = 30_000
/** An instance that ran for so long is well: the next wait is the first again. */
const wellAfterMs = 60_000

/** Starts instances again when they end by themselves: after 250 ms, then twice as long each time, up to 30 s. */
export class Keeper {
  readonly #kept = new Map<string, Kept>()
  readonly #start: (request: StartRequest) => Promise<RunningInstance>

  constructor(start: (request: StartRequest) => Promise<RunningInstance>) {
    this.#start = start
  }

  async keep(request: StartRequest): Promise<RunningInstance> {
    this.leave(request.instanceId)
    const kept = { request, failures: 0, startedMs: performance.now(), timer: null }
    this.#kept.set(request.instanceId, kept)
    return this.#start(request)
  }

  /** It is not to run any more. */
  leave(instanceId: string): void {
    clearTimeout(this.#kept.get(instanceId)?.timer ?? undefined)
    this.#kept.delete(instanceId)
  }

  onExit({ instanceId }: InstanceExit): void {
    const kept = this.#kept.get(instanceId)
    if (kept !== undefined) this.#again(instanceId, kept)
  }

  close(): void {
    for (const instanceId of this.#kept.keys()) this.leave(instanceId)
  }

  #again(instanceId: string, kept: Kept): void {
    if (performance.now() - kept.startedMs > wellAfterMs) kept.failures = 0
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** kept.failures)
    kept.failures += 1
    kept.timer = setTimeout(() => {
      kept.startedMs = performance.now()
      this.#start(kept.request).catch(() => {
        if (this.#kept.get(instanceId) === kept) this.#again(instanceId, kept)
      })
    }, waitMs)
    kept.timer.unref()
  }
}
