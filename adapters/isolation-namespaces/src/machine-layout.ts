import { lstat, readlink, realpath } from 'node:fs/promises'
import type { MachineLayout } from './sandbox-script.ts'

const systemPaths = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc']

/** Folders of the Filesystem Hierarchy Standard 3.0 that exist everywhere and hold nothing that a program needs. */
const mountPoints = ['/mnt', '/media', '/srv', '/opt', '/boot']

/** Reads how this machine's root is laid out. */
export async function readMachineLayout(): Promise<MachineLayout> {
  const kinds = await Promise.all(systemPaths.map(async (path) => [path, await kindOf(path)] as const))
  const points = await Promise.all(mountPoints.map(async (path) => [path, await kindOf(path)] as const))
  const named = (kind: string) => (row: readonly [string, string]) => row[1] === kind
  const links = kinds.filter(named('link')).map(async ([path]) => [path, await readlink(path)] as const)
  const resolvConf = await realpath('/etc/resolv.conf').catch(() => null)
  return {
    systemFolders: kinds.filter(named('folder')).map(([path]) => path),
    systemLinks: await Promise.all(links),
    resolvConf: resolvConf === null || resolvConf.startsWith('/etc/') ? null : resolvConf,
    mountPoints: points.filter(named('folder')).map(([path]) => path),
  }
}

async function kindOf(path: string): Promise<'folder' | 'link' | 'other'> {
  const stats = await lstat(path).catch(() => null)
  if (stats?.isDirectory()) return 'folder'
  return stats?.isSymbolicLink() ? 'link' : 'other'
}
