import type { PlanRelease } from '@sluice/contracts/plan'
import type { Workspace } from '@sluice/execution'
import { memoryDigests } from './memory-digests.ts'

/** A release that GitLab would make after a job. */
export interface WouldBeRelease {
  tagName: string
  name: string
  /** The file that holds the description, or the text itself. */
  description: { file: string } | { text: string }
  links: number
}

/** Tells whether the description is a file of the workspace, as GitLab does after the script. */
export async function releaseOf(release: PlanRelease, workspace: Workspace): Promise<WouldBeRelease> {
  const { tagName, name = tagName, description, links = [] } = release
  const isFile = await holdsFile(description, workspace)
  return { tagName, name, description: isFile ? { file: description } : { text: description }, links: links.length }
}

async function holdsFile(description: string, workspace: Workspace): Promise<boolean> {
  if (!/^[^\s*?[\]{}]{1,1000}$/.test(description)) return false
  const path = description.replace(/^(\.\/)+/, '')
  const { entries } = await workspace.collect({ paths: [], exclude: [], files: [path] }, memoryDigests())
  return entries.length === 1
}
