import { setTimeout as pause } from 'node:timers/promises'
import type { EnvironmentView } from '@sluice/contracts/api'

/** A server that was just started has this long to start the services again. */
const servingTimeoutMs = 30_000

/**
 * Whether what runs in an environment serves. One that is being deployed to is looked after by its rollout, and no delivery
 * depends on one that is no longer in the policy.
 */
function isServing({ release, state, inPolicy }: EnvironmentView): boolean {
  return release === null || !inPolicy || state === 'healthy' || state === 'deploying'
}

/** Asks until all environments that have a release serve it, or the time is over. @returns them as they were last */
export async function untilServing(
  read: () => Promise<readonly EnvironmentView[]>,
  signal: AbortSignal,
  timeoutMs = servingTimeoutMs,
): Promise<readonly EnvironmentView[]> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const environments = await read()
    if (environments.every(isServing) || signal.aborted || performance.now() > deadline) return environments
    await pause(250, undefined, { signal }).catch(() => undefined)
  }
}

/** Which environments serve nothing, and where it stands why. */
export function notServingSentence(environments: readonly EnvironmentView[], serverLog: string): string | null {
  const names = environments.filter((one) => !isServing(one)).map(({ name }) => `"${name}"`)
  if (names.length === 0) return null
  const [what, verb] = names.length === 1 ? ['environment', 'serves'] : ['environments', 'serve']
  return `Not delivered: ${what} ${names.join(' and ')} ${verb} nothing, as the release there could not be started again; the reason is in ${serverLog}`
}
