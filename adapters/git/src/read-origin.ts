import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryGit } from './git-program.ts'
import type { SurroundingCheckout } from './surrounding-checkout.ts'

/** Address of the remote `origin`, by the checkout's own settings alone; `''` without one. */
export async function readOrigin({ commonDir }: SurroundingCheckout): Promise<string> {
  const file = join(commonDir, 'config')
  const plain = originIn(await readFile(file, 'utf8').catch(() => ''))
  if (plain !== null) return plain
  const answer = await tryGit({ args: ['config', '--file', file, '--get', 'remote.origin.url'] })
  return answer.status === 0 ? answer.stdout.toString('utf8').trim() : ''
}

/**
 * The address in a file of settings as git itself and most people write it, which saves a process. `null` for one that has
 * to be read by all rules of git-config: other ways to name a section, quotes, comments, and lines that go on.
 */
export function originIn(settings: string): string | null {
  let section = ''
  let url = ''
  for (const line of settings.split('\n').map((text) => text.trim())) {
    if (line.startsWith('[')) {
      section = line
      if (/^\[\s*remote/i.test(line) && !/^\[remote "[^"\\]*"\]$/.test(line)) return null
    } else if (section === '[remote "origin"]' && /^url\b/i.test(line)) {
      const value = /^url\s*=\s*([^\s"#;\\]+)$/i.exec(line)?.[1]
      if (value === undefined) return null
      url = value
    } else if (line.endsWith('\\')) return null
  }
  return url
}
