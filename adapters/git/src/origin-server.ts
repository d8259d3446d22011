import { join } from 'node:path'
import { tryGit } from './git-program.ts'
import { serverOfRemote, type ProjectServer } from './project-server.ts'
import { findSurroundingCheckout } from './surrounding-checkout.ts'

/** The server of the remote `origin` of the checkout that a folder lies in; `null` without one. Only its address is read. */
export async function originServer(folder: string): Promise<ProjectServer | null> {
  const checkout = await findSurroundingCheckout(folder)
  if (checkout === null) return null
  const args = ['config', '--file', join(checkout.commonDir, 'config'), '--get', 'remote.origin.url']
  const answer = await tryGit({ args })
  return answer.status === 0 ? serverOfRemote(answer.stdout.toString('utf8').trim()) : null
}
