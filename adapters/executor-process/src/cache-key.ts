import { createHash } from 'node:crypto'
import { manifestDigest, type Workspace } from '@sluice/execution'
import { askGit } from './ask-git.ts'
import { memoryDigests } from './memory-digests.ts'

/** What a cache is kept under. */
export interface CacheKey {
  /** Or the beginning of the key, where there are key files. */
  key: string
  /** Files or patterns whose content ends the key, as they stand in the sources. */
  keyFiles: readonly string[]
  /** Not their content but the newest commit of each (GitLab's `cache:key:files_commits`). Default `false`. */
  keyByCommit?: boolean
}

/** With key files the key ends in 40 digits of a digest, or in `default` where there is none of the files. */
export async function cacheKey({ key, keyFiles, keyByCommit }: CacheKey, workspace: Workspace): Promise<string> {
  if (keyFiles.length === 0) return key
  const digest =
    keyByCommit === true ? await commitsDigest(keyFiles, workspace) : await contentDigest(keyFiles, workspace)
  const end = digest?.slice(0, 40) ?? 'default'
  return key === '' ? end : `${key}-${end}`
}

async function contentDigest(files: readonly string[], workspace: Workspace): Promise<string | null> {
  const found = await workspace.collect({ paths: files, exclude: [] }, memoryDigests())
  return found.entries.length === 0 ? null : manifestDigest(found).slice('sha256:'.length)
}

/** In the history that the job has: what is older than it counts as changed by its oldest commit. */
async function commitsDigest(files: readonly string[], workspace: Workspace): Promise<string | null> {
  const commits: string[] = []
  for (const file of files) {
    const commit = (await askGit(workspace, ['log', '-1', '--format=%H', '--', `:(glob)${file}`]))?.trim() ?? ''
    if (commit !== '') commits.push(commit)
  }
  return commits.length === 0 ? null : createHash('sha256').update(commits.join('-')).digest('hex')
}
