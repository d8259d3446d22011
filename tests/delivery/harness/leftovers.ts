import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Processes, other than this one, whose words, environment or output name a folder. */
export async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const found = await Promise.all(pids.map(async (pid) => ((await names(pid, folder)) ? [await words(pid)] : [])))
  return found.flat()
}

async function names(pid: string, folder: string): Promise<boolean> {
  const texts = await Promise.all([
    words(pid),
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    ...['cwd', 'fd/1', 'fd/2'].map(async (name) => readlink(`/proc/${pid}/${name}`).catch(() => '')),
  ])
  return texts.some((text) => text.includes(folder))
}

async function words(pid: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
  return `${pid} ${text.replaceAll('\0', ' ').slice(0, 200)}`
}

/** Sockets, locks and records of processes that are still in a data folder. */
export async function locksIn(data: string): Promise<string[]> {
  const files = await readdir(join(data, 'run'), { recursive: true }).catch(() => [])
  const postgres = await readdir(join(data, 'postgres')).catch(() => [])
  return [...files, ...postgres].filter((name) =>
    /\.(sock|json|lock|pid|s\.PGSQL\.\d+)$|server-url$|postmaster\.pid$/.test(name),
  )
}

/** Ids of the instances that processes say they are, by the mark that a target gives them; one for each group. */
export async function markedInstances(data: string): Promise<string[]> {
  const mark = `${join(data, 'target')}#instance#`
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = pids.map(async (pid) => {
    const variables = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0')
    const marked = variables.find((variable) => variable.includes(mark))
    const isLeader = marked !== undefined && (await groupOf(pid)) === pid
    return isLeader ? [marked.slice(marked.indexOf(mark) + mark.length)] : []
  })
  return (await Promise.all(found)).flat().toSorted()
}

/** Field 5 of /proc/PID/stat (proc_pid_stat(5)). */
async function groupOf(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]
}
