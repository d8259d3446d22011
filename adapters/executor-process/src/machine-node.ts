import { access, constants, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What jobs get to run programs: PATH, and what must be bound for it beyond the system's folders. */
export interface JobTools {
  path: string
  readOnlyPaths: string[]
}

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Jobs use the machine's Node, not the one that runs this program: the first on PATH outside of any `node_modules`.
 * Where that lies outside `/usr` (nvm and the like) its installation is bound and goes to the front of PATH.
 */
export async function findJobTools(path: string, nodeFolder: string | undefined): Promise<JobTools> {
  const folder = nodeFolder ?? (await machineNodeFolder(path))
  if (folder === null) return { path: systemPath, readOnlyPaths: [] }
  return { path: `${join(folder, 'bin')}:${systemPath}`, readOnlyPaths: [folder] }
}

async function machineNodeFolder(path: string): Promise<string | null> {
  const folders = path.split(':').filter((folder) => folder.startsWith('/') && !folder.includes('node_modules'))
  for (const folder of folders) {
    const program = await usable(join(folder, 'node'))
    if (program === null) continue
    const isSystem = /^\/(usr|bin|sbin|lib)\//.test(program)
    return isSystem || !program.endsWith('/bin/node') ? null : dirname(dirname(program))
  }
  return null
}

async function usable(place: string): Promise<string | null> {
  try {
    await access(place, constants.X_OK)
    return await realpath(place)
  } catch {
    return null
  }
}
