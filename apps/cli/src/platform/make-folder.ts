import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder of mode 0700 with all above it that are missing. Not by Node's `recursive`, which tries without end
 * where the system takes no folders, as below /proc.
 * @throws what the system says; ENOTDIR where a file is in the way
 */
export async function makeFolder(folder: string): Promise<void> {
  const code = await tryToMake(folder)
  if (code === null) return
  if (code.code === 'EEXIST' && (await stat(folder)).isDirectory()) return
  if (code.code === 'EEXIST') throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR' })
  if (code.code !== 'ENOENT' || dirname(folder) === folder) throw code
  await makeFolder(dirname(folder))
  const again = await tryToMake(folder)
  if (again !== null && again.code !== 'EEXIST') throw again
}

async function tryToMake(folder: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return null
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}
