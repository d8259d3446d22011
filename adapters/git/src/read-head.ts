import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryGit } from './git-program.ts'
import { keptByKey } from './kept-by-key.ts'
import { headCommitOf, type SurroundingCheckout } from './surrounding-checkout.ts'

/** The commit that is checked out. */
export interface CheckoutHead {
  commit: string
  parents: string[]
  /** Milliseconds since 1970. */
  committedAt: number
}

/**
 * The commit that HEAD names; `null` before the first one.
 * @param keptIn a repository of ours that remembers it until HEAD names another one, so that git need not be asked
 */
export async function readHead(checkout: SurroundingCheckout, keptIn: string | null): Promise<CheckoutHead | null> {
  const commit = await headCommitOf(checkout)
  if (commit === null) return null
  const read = async (): Promise<CheckoutHead | null> =>
    headOf(commit, (await readLoose(checkout, commit)) ?? (await askGit(checkout, commit)))
  return keptIn === null ? read() : keptByKey(keptIn, 'head', commit, read)
}

function headOf(commit: string, text: string | null): CheckoutHead | null {
  if (text === null) return null
  const header = text.slice(0, text.indexOf('\n\n'))
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent)
  const seconds = /^committer .* (\d+) [+-]\d{4}$/m.exec(header)?.[1]
  return { commit, parents, committedAt: Number(seconds ?? 0) * 1000 }
}

/** An object in a file of its own, as new ones are (gitrepository-layout); `null` for one that is not. */
async function readLoose({ commonDir }: SurroundingCheckout, commit: string): Promise<string | null> {
  const place = join(commonDir, 'objects', commit.slice(0, 2), commit.slice(2))
  const bytes = await readFile(place).catch(() => null)
  if (bytes === null) return null
  const { inflateSync } = await import('node:zlib')
  try {
    const text = inflateSync(bytes, { maxOutputLength: 1 << 20 }).toString('utf8')
    return /^commit \d+\0/.test(text) ? text : null
  } catch {
    return null // Cut off, or longer than a commit should be.
  }
}

async function askGit({ gitDir }: SurroundingCheckout, commit: string): Promise<string | null> {
  const answer = await tryGit({ gitDir, args: ['cat-file', '--batch'], input: `${commit}\n` })
  const text = answer.stdout.toString('utf8')
  return answer.status === 0 && /^[0-9a-f]{40,64} commit /.test(text) ? text : null
}
