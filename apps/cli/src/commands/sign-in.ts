import { routes } from '@sluice/contracts/api'
import { connectPlatform } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { settingsOf } from '../platform/settings.ts'

/** `sluice sign-in`: prints a new one-time link, good for five minutes. */
export async function signIn(options: { data?: string }): Promise<number> {
  const settings = await settingsOf(options)
  const link = await connectPlatform(settings.serverSocket).call(routes.inviteSession)
  process.stdout.write(`${link.url}\n`)
  return exitStatus.ok
}
