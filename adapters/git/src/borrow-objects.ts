import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SurroundingCheckout } from './surrounding-checkout.ts'

/**
 * Lets a repository of ours use the objects of a checkout where they are, instead of writing its own.
 * @returns whether it does: not with another object format, and not with a path that cannot be written down
 */
export async function borrowObjects(gitDir: string, { commonDir }: SurroundingCheckout): Promise<boolean> {
  const objects = join(commonDir, 'objects')
  if (/[\n"#]/.test(objects)) return false
  const config = await readFile(join(commonDir, 'config'), 'utf8').catch(() => null)
  if (config === null || /objectformat\s*=\s*(?!sha1)/i.test(config) || /partialclone/i.test(config)) return false
  const file = join(gitDir, 'objects', 'info', 'alternates')
  if ((await readFile(file, 'utf8').catch(() => '')) === `${objects}\n`) return true
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
  await writeFile(file, `${objects}\n`)
  return true
}
