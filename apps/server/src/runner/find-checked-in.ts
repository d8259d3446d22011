import { compileSelection } from '@sluice/execution'
import type { TreeFile } from '@sluice/git'

/** Tells where a link leads. */
export type ReadTarget = (link: TreeFile) => Promise<string>

const linkMode = '120000'

/**
 * A file of a commit that lies where a job writes a report, or a link that may lead such a file elsewhere; `null`: there is
 * none. What is checked in there may pass for the job's own report, or hide it: the runner follows no link.
 * @param paths paths and patterns of the report
 */
export async function findCheckedIn(
  paths: readonly string[],
  files: readonly TreeFile[],
  targetOf: ReadTarget,
): Promise<string | null> {
  const selection = compileSelection({ paths, exclude: [] })
  for (const file of files) {
    if (selection.takes(file.path)) return file.path
    if (file.mode !== linkMode || !selection.mayHold(file.path)) continue
    if (paths.some((path) => mayRunThrough(path, file.path))) return file.path
    if (!leadsInside(file.path, await targetOf(file))) return file.path
  }
  return null
}

/**
 * Whether a file below a link may match a pattern by the link's own name. Where it cannot, the leading `**` stands for the
 * whole of the link's path, and the pattern finds the file at its own place too.
 */
function mayRunThrough(path: string, link: string): boolean {
  const below = path.replace(/^(?:\*\*\/)+/, '')
  const selection = compileSelection({ paths: [below], exclude: [] })
  if (below === path) return selection.mayHold(link)
  const names = link.split('/')
  return names.some((_, index) => selection.mayHold(names.slice(index).join('/')))
}

/** Whether a link leads to a place in the sources, told by its words alone: `..` may stand at the beginning only. */
function leadsInside(link: string, target: string): boolean {
  const names = target.split('/').filter((name) => name !== '' && name !== '.')
  const ups = names.filter((name) => name === '..').length
  const depth = link.split('/').length - 1
  if (target.startsWith('/') || ups > depth || names.slice(ups).includes('..')) return false
  return ups < depth || names[ups] !== '.git'
}
