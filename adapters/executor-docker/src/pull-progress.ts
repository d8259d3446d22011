/** One line of an engine's answer to a pull. */
export interface PullEvent {
  id?: string
  status?: string
  error?: string
  progressDetail?: { current?: number; total?: number }
}

/** How far a pull is, in few lines: one whenever another tenth of what is known to come has come. */
export class PullProgress {
  /** By layer: bytes that have come, and all. */
  readonly #layers = new Map<string, { bytes: number; totalBytes: number }>()
  #toldTenths = 0

  /** @returns a line to be told, without its line break; `null` where there is nothing new */
  take({ id, status, progressDetail }: PullEvent): string | null {
    if (id === undefined) return null
    const known = this.#layers.get(id)
    const { current, total } = progressDetail ?? {}
    if (status === 'Downloading' && total !== undefined)
      this.#layers.set(id, { bytes: current ?? 0, totalBytes: total })
    else if (known !== undefined) this.#layers.set(id, { ...known, bytes: known.totalBytes })
    return this.#tell()
  }

  #tell(): string | null {
    const layers = [...this.#layers.values()]
    const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0)
    const totalBytes = layers.reduce((sum, layer) => sum + layer.totalBytes, 0)
    const tenths = totalBytes === 0 ? 0 : Math.floor((bytes / totalBytes) * 10)
    if (tenths <= this.#toldTenths) return null
    this.#toldTenths = tenths
    return `${megabytes(bytes)} of ${megabytes(totalBytes)} MB in ${layers.length} layers`
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
