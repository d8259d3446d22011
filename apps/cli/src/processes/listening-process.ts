import { readFile, readdir, readlink } from 'node:fs/promises'

/** Which process listens on a TCP port of this machine, as far as this user may know; Linux only. */
export async function listeningProcess(port: number): Promise<{ pid: number; name: string } | null> {
  if (process.platform !== 'linux') return null
  const inodes = await listeningInodes(port)
  if (inodes.size === 0) return null
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && (await holdsSocket(entry, inodes)))
      return { pid: Number(entry), name: (await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '')).trim() }
  }
  return null
}

/** proc_net(5): local address in field 2, state 0A is LISTEN, inode in field 10. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A' && fields[1]?.endsWith(`:${hex}`) === true && fields[9] !== undefined)
        inodes.add(fields[9])
    }
  }
  return inodes
}

async function holdsSocket(pid: string, inodes: Set<string>): Promise<boolean> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const name of names) {
    const link = await readlink(`/proc/${pid}/fd/${name}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}
