import type { FileSelection, Workspace } from '@sluice/execution'
import { untrackedFiles } from './untracked-files.ts'

/** The files that artifacts or a cache take, those that Git does not track among them where that is wanted. */
export async function selectFiles(
  { paths, exclude = [], untracked }: { paths: readonly string[]; exclude?: readonly string[]; untracked: boolean },
  workspace: Workspace,
  say: (text: string) => Promise<void>,
): Promise<FileSelection> {
  if (!untracked) return { paths, exclude }
  const files = await untrackedFiles(workspace)
  if (files === null) await say('WARNING: Git cannot tell which files are untracked: none of them is taken\n')
  else await say(`untracked: found ${files.length} files\n`)
  return { paths, exclude, files: files ?? [] }
}
