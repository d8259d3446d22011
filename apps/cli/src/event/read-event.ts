import type { PlanTrigger } from '@sluice/contracts/plan'
import type { FolderCheckout } from '@sluice/git'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import type { EventOptions } from './event-options.ts'
import { isRefName } from './is-ref-name.ts'

/** What happened, before anything is known of the files. */
export interface LocalEvent {
  source: PlanTrigger['source']
  /** The branch, or the tag. */
  ref: string
  refType: PlanTrigger['refType']
  defaultBranch: string
  /** Of a merge request. */
  target: string | null
  tagMessage: string | null
}

type Checkout = Pick<FolderCheckout, 'branch' | 'defaultBranch' | 'head' | 'tags'>

const sources = {
  push: 'push',
  tag: 'push',
  merge_request: 'merge_request_event',
  schedule: 'schedule',
  web: 'web',
  api: 'api',
  trigger: 'trigger',
} as const

/**
 * Makes an event of what the command line says and of what is checked out. `--tag` alone means the push of a tag,
 * `--target` alone a merge request.
 * @throws SluiceError CLI_EVENT_WRONG for options that contradict each other
 */
export function readEvent(options: EventOptions, checkout: Checkout | null): LocalEvent {
  const event = options.event ?? (options.target !== undefined ? 'merge_request' : 'push')
  const tag = options.tag ?? (event === 'tag' ? tagOfHead(checkout) : undefined)
  const defaultBranch = checkout?.defaultBranch ?? 'main'
  if (tag !== undefined && options.branch !== undefined) throw wrong('--branch and --tag exclude each other')
  if (tag !== undefined && event === 'merge_request') throw wrong('a merge request has a branch, not a tag')
  if (options.target !== undefined && event !== 'merge_request')
    throw wrong(`--target belongs to a merge request, and the event is "${event}"`)
  for (const name of [tag, options.branch, options.target])
    if (name !== undefined && !isRefName(name)) throw wrong(`${JSON.stringify(name)} is no name that Git allows`)
  const common = { source: sources[event], defaultBranch }
  if (tag !== undefined)
    return { ...common, ref: tag, refType: 'tag', target: null, tagMessage: messageOf(tag, checkout) }
  const ref = options.branch ?? checkout?.branch ?? defaultBranch
  const target = event === 'merge_request' ? (options.target ?? defaultBranch) : null
  if (target === ref)
    throw wrong(`a merge request from "${ref}" into itself; wanted another branch by --branch or --target`)
  return { ...common, ref, refType: 'branch', target, tagMessage: null }
}

function tagOfHead(checkout: Checkout | null): string {
  const tags = checkout?.tags.filter(({ commit }) => commit === checkout.head?.commit) ?? []
  const last = tags.at(-1)
  if (last !== undefined) return last.name
  throw wrong('the commit that is checked out has no tag; wanted --tag with its name')
}

function messageOf(name: string, checkout: Checkout | null): string | null {
  return checkout?.tags.find((tag) => tag.name === name)?.message ?? null
}

function wrong(what: string): SluiceError {
  return new SluiceError<CliErrorCode>('CLI_EVENT_WRONG', `Cannot tell what happened: ${what}`)
}
