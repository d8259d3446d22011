import { readFile } from 'node:fs/promises'

/** Which start of the machine this is; empty where the system does not tell. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
}
