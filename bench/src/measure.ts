import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Work } from './row.ts'

/** One run. */
export interface Measured {
  wallS: number
  cpuS: number | null
  peakMb: number | null
}

/** GNU time, the only program that tells the peak of a child's children too. */
const timeProgram = '/usr/bin/time'

/**
 * Runs work once and times it from start to end; its output goes to a file.
 * @throws Error when the program fails, with the end of what it said
 */
export async function measure(work: Work, scratch: string): Promise<Measured> {
  await work.before?.()
  const usage = join(scratch, 'usage')
  const output = join(scratch, 'output')
  const timed = existsSync(timeProgram) ? [timeProgram, '-f', '%U %S %M', '-o', usage, ...work.command] : work.command
  const [file = '', ...args] = timed
  const log = await open(output, 'w')
  try {
    const env = { ...process.env, HOME: scratch, NO_COLOR: '1' }
    const startedAtS = Date.now() / 1000
    const startedMs = performance.now()
    const child = spawn(file, args, { cwd: work.cwd, env, stdio: ['ignore', log.fd, log.fd] })
    const [code] = (await once(child, 'exit')) as [number | null]
    const wallS = (performance.now() - startedMs) / 1000
    if (code !== 0)
      throw new Error(`"${work.command.join(' ').slice(0, 200)}" ended with ${code}: ${await endOf(output)}`)
    const text = work.secondsIn === undefined ? '' : await readFile(output, 'utf8')
    return { wallS: work.secondsIn?.(text, startedAtS) ?? wallS, ...(await usageIn(usage)) }
  } finally {
    await log.close()
  }
}

async function usageIn(file: string): Promise<Pick<Measured, 'cpuS' | 'peakMb'>> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [user, system, peakKib] = text.trim().split(' ').map(Number)
  if (user === undefined || system === undefined || peakKib === undefined) return { cpuS: null, peakMb: null }
  return { cpuS: user + system, peakMb: (peakKib * 1024) / 1e6 }
}

async function endOf(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).slice(-2000)
}
