import type { IsolatedUser } from '@sluice/execution'

/**
 * One number per purpose, as uid and gid, above what Debian gives to people (UID_MAX 60000) and to services, and above
 * the subordinate ranges of ordinary installations. They need no entry in the machine's /etc/passwd.
 */
const numbers: Record<IsolatedUser, number> = { job: 2_097_001, service: 2_097_002, postgres: 2_097_003 }

export interface SandboxUser {
  name: string
  number: number
  home: string
}

/** Name, number and home of a user inside the sandbox. The number is the real one where the start was as root. */
export function sandboxUser(user: IsolatedUser): SandboxUser {
  return { name: `sluice-${user}`, number: numbers[user], home: `/home/sluice-${user}` }
}
