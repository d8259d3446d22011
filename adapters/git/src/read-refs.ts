import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SurroundingCheckout } from './surrounding-checkout.ts'

/** A branch, or what is known of one of a remote. */
export interface Ref {
  name: string
  commit: string
  /** What a symbolic ref names; `''` for any other. */
  target: string
}

/** Bounds what is read of a checkout with a great many refs. */
const refsMax = 20_000

/**
 * The refs below some folders of `refs/`, by the files that hold them (gitrepository-layout, git-pack-refs): in a millisecond
 * what `git for-each-ref` needs a process for. A ref in a file of its own wins over a packed one.
 * @returns `null` where they are kept in another way, or are more than are read so; git is then to be asked
 */
export async function readRefs({ commonDir }: SurroundingCheckout, folders: readonly string[]): Promise<Ref[] | null> {
  // The other way to keep them; HEAD and refs/heads are then there for show.
  if ((await stat(join(commonDir, 'reftable')).catch(() => null)) !== null) return null
  const packed = await readFile(join(commonDir, 'packed-refs'), 'utf8').catch(() => '')
  const found = new Map<string, Ref>()
  for (const [, commit = '', name = ''] of packed.matchAll(/^([0-9a-f]{40,64}) (refs\/\S+)$/gm))
    if (folders.some((folder) => name.startsWith(`${folder}/`))) found.set(name, { name, commit, target: '' })
  for (const folder of folders)
    for (const ref of await readLoose(commonDir, folder)) {
      found.set(ref.name, ref)
      if (found.size > refsMax) return null
    }
  return withTargets(found)
}

async function readLoose(commonDir: string, folder: string): Promise<Ref[]> {
  const entries = await readdir(join(commonDir, folder), { withFileTypes: true, recursive: true }).catch(() => [])
  const refs: Ref[] = []
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || entry.name.endsWith('.lock')) continue
    const text = (await readFile(file, 'utf8').catch(() => '')).trim()
    const name = file.slice(commonDir.length + 1)
    const target = /^ref: (\S+)$/.exec(text)?.[1] ?? ''
    if (target !== '' || /^[0-9a-f]{40,64}$/.test(text)) refs.push({ name, commit: target === '' ? text : '', target })
  }
  return refs
}

/** A symbolic ref stands for the commit of the one that it names; without that one it is none. */
function withTargets(found: ReadonlyMap<string, Ref>): Ref[] {
  return [...found.values()].flatMap((ref) => {
    if (ref.target === '') return [ref]
    const commit = found.get(ref.target)?.commit ?? ''
    return commit === '' ? [] : [{ ...ref, commit }]
  })
}
