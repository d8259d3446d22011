import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@sluice/kernel'
import { integrityOf, type FarSource, type IncludeAnswer, type IncludeSource } from '@sluice/pipeline'
import { z } from 'zod'

/** How long a text without a say of its own will do without being asked for again. */
export const freshMs = 600_000

const keptText = z.strictObject({ version: z.literal(1), atMs: z.number(), text: z.string().max(1_048_576) })
type KeptText = z.infer<typeof keptText>

/**
 * Texts by address, kept in a folder: one that matches its `integrity` for ever, others for the time that
 * `include:cache` says, else ten minutes. An older one counts, with a warning, while nobody answers.
 */
export class KeptIncludes implements IncludeSource {
  readonly #inner: IncludeSource
  readonly #folder: string
  readonly #clock: Clock

  constructor(inner: IncludeSource, folder: string, clock: Clock) {
    this.#inner = inner
    this.#folder = folder
    this.#clock = clock
  }

  async read(source: FarSource): Promise<IncludeAnswer> {
    const path = join(this.#folder, `${nameOf(source)}.json`)
    const kept = await readKept(path)
    if (kept !== null && this.#isFresh(source, kept)) return { kind: 'text', text: kept.text }
    const answer = await this.#inner.read(source)
    if (answer.kind === 'text') await this.#keep(path, answer.text)
    const isAway = answer.kind === 'missing' && answer.unreachable === true
    if (!isAway || kept === null) return answer
    const since = new Date(kept.atMs).toISOString()
    return {
      kind: 'text',
      text: kept.text,
      warning: `This include cannot be reached now: it counts as it was at ${since}`,
    }
  }

  #isFresh(source: FarSource, { atMs, text }: KeptText): boolean {
    if (source.kind === 'remote' && source.integrity === integrityOf(text)) return true
    const ageMs = this.#clock.now() - atMs
    const wantedMs = source.kind === 'remote' ? (source.cacheMs ?? freshMs) : freshMs
    return ageMs >= 0 && ageMs < wantedMs
  }

  /** Written whole or not at all: another command may read it at the same time. */
  async #keep(path: string, text: string): Promise<void> {
    const kept: KeptText = { version: 1, atMs: this.#clock.now(), text }
    const unfinished = `${path}.${process.pid}`
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFile(unfinished, JSON.stringify(kept), { mode: 0o600 })
    await rename(unfinished, path)
  }
}

/** The address may hold what is masked: the name of the file does not show it. */
function nameOf(source: FarSource): string {
  const named = source.kind === 'remote' ? [source.kind, source.url, source.integrity] : [source.kind, source.key]
  return createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 40)
}

async function readKept(path: string): Promise<KeptText | null> {
  try {
    return keptText.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
