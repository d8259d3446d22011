import type { IncludeOptions } from '../includes/add-include-options.ts'

/** Events that a pipeline can be compiled for; `tag` is GitLab's push of a tag. */
export const eventNames = ['push', 'merge_request', 'tag', 'schedule', 'web', 'api', 'trigger'] as const

/** What the command line says of the event, its variables, inputs and the files that count. */
export interface EventOptions extends IncludeOptions {
  event?: (typeof eventNames)[number]
  branch?: string
  tag?: string
  target?: string
  changed?: string[]
  /** Each `KEY=VALUE`. */
  var?: string[]
  varFile?: string[]
  includeUntracked?: boolean
}
