import { execFile } from 'node:child_process'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A process as /proc shows it. */
interface SeenProcess {
  pid: number
  parent: number
  session: number
  name: string
}

/**
 * The pid, as this process sees it, of the postmaster that runs on a data folder, or `null`.
 * On Linux by the working folder of the processes (the postmaster and its children stay in the data folder), so that
 * neither a reused pid nor a pid namespace can mislead; elsewhere by `postmaster.pid` and the name of that process.
 */
export async function findPostmaster(dataFolder: string): Promise<number | null> {
  if (process.platform !== 'linux') return postmasterByFile(dataFolder)
  for (const pid of await processesOn(dataFolder)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command !== '' && !command.startsWith('postgres: ')) return pid // its children are named "postgres: checkpointer"
  }
  return null
}

/** The pids of all PostgreSQL processes on a data folder; children of a killed postmaster may live for a moment. Linux. */
export async function processesOn(dataFolder: string): Promise<number[]> {
  const folder = await stat(dataFolder).catch(() => null)
  if (folder === null || process.platform !== 'linux') return []
  const pids: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || (await readProcess(Number(entry)))?.name !== 'postgres') continue
    const cwd = await stat(`/proc/${entry}/cwd`).catch(() => null)
    if (cwd !== null && cwd.dev === folder.dev && cwd.ino === folder.ino) pids.push(Number(entry))
  }
  return pids
}

/** The postmaster and what was started around it to keep it apart: they end with it. Linux; else the pid alone. */
export async function withItsShell(pid: number): Promise<number[]> {
  const pids = [pid]
  let seen = await readProcess(pid)
  for (let parent = seen; seen !== null && seen.parent > 1; seen = parent) {
    parent = await readProcess(seen.parent)
    if (parent === null || parent.session !== seen.session || parent.pid === process.pid) break
    pids.push(parent.pid)
  }
  return pids
}

/** Whether a process is there; a dead one that nobody waited for counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  if (process.platform !== 'linux') return true
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return text !== null && !/\) [ZX] /.test(text)
}

async function readProcess(pid: number): Promise<SeenProcess | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  const end = text.lastIndexOf(')')
  const [state, parent, , session] = text.slice(end + 2).split(' ')
  if (state === 'Z' || state === 'X') return null
  return { pid, parent: Number(parent), session: Number(session), name: text.slice(text.indexOf('(') + 1, end) }
}

async function postmasterByFile(dataFolder: string): Promise<number | null> {
  const text = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1 || !(await isAlive(pid))) return null
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']).catch(() => ({ stdout: '' }))
  return stdout.trim().endsWith('postgres') ? pid : null
}
