/**
 * Which job gets a resource group next (GitLab, resource groups, process modes).
 * `unordered`: whichever is ready. `oldest_first`, `newest_first`: that of the oldest or newest run, also where that job is
 * not ready yet. `newest_ready_first`: of those that are ready, that of the newest run.
 */
export const processModes = ['unordered', 'oldest_first', 'newest_first', 'newest_ready_first'] as const

export type ProcessMode = (typeof processModes)[number]
