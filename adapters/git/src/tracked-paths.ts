import { tryGit } from './git-program.ts'
import { findSurroundingCheckout } from './surrounding-checkout.ts'

/** Paths below a folder that the index of the checkout around it names, from the folder on; `null` without a checkout. */
export async function trackedPaths(folder: string): Promise<string[] | null> {
  const checkout = await findSurroundingCheckout(folder)
  if (checkout === null) return null
  const { gitDir, prefix } = checkout
  const within = prefix === '' ? [] : ['--', prefix]
  const answer = await tryGit({ gitDir, args: ['ls-files', '-z', '--cached', ...within] })
  if (answer.status !== 0) return null
  const skip = prefix === '' ? 0 : prefix.length + 1
  const paths = answer.stdout.toString('utf8').split('\0')
  return paths.filter((path) => path !== '').map((path) => path.slice(skip))
}
