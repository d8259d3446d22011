import { routes } from '@sluice/contracts/api'
import { SluiceError } from '@sluice/kernel'
import { connectPlatform } from '../api/connect-platform.ts'
import type { CliErrorCode } from '../errors.ts'
import { exitStatus } from '../exit-status.ts'
import { settingsInUse } from '../platform/settings.ts'

/** `sluice sign-in`: prints a new one-time link, good for five minutes. */
export async function signIn(options: { data?: string }): Promise<number> {
  const settings = await settingsInUse(options)
  if (settings === null)
    throw new SluiceError<CliErrorCode>(
      'CLI_NOT_RUNNING',
      'Cannot make a link: nothing runs on this data folder; start it with "./sluice up"',
    )
  const link = await connectPlatform(settings.serverSocket).call(routes.inviteSession)
  process.stdout.write(`${link.url}\n`)
  return exitStatus.ok
}
