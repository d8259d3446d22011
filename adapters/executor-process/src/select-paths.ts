import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CompiledSelection } from '@sluice/execution'

/** Paths of selected files and links of a still folder, sorted within each folder. Passes over everything else. */
export async function* selectPaths(root: string, selection: CompiledSelection, below = ''): AsyncGenerator<string> {
  const children = await readdir(join(root, below), { withFileTypes: true })
  for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? child.name : `${below}/${child.name}`
    if (child.isDirectory()) {
      if (selection.mayHold(path)) yield* selectPaths(root, selection, path)
    } else if ((child.isFile() || child.isSymbolicLink()) && selection.takes(path)) yield path
  }
}

/** Whether anything but folders is selected, also what is no file, such as the mark of a file that a job removed. */
export async function holdsSelected(root: string, selection: CompiledSelection, below = ''): Promise<boolean> {
  for (const child of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? child.name : `${below}/${child.name}`
    if (!child.isDirectory()) {
      if (selection.takes(path)) return true
    } else if (selection.mayHold(path) && (await holdsSelected(root, selection, path))) return true
  }
  return false
}
