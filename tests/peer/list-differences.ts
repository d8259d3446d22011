import type { Plan, PlanJob } from '@sluice/contracts/plan'
import type { PeerAnswer } from './peer-program.ts'

/** What the list of the peer says of one job, as texts. */
interface ListedJob {
  stage: string
  when: string
  allowFailure: string
  environment: string
  needs: string
}

const fields = ['stage', 'when', 'allowFailure', 'environment', 'needs'] as const

/**
 * In what a plan differs from what `gitlab-ci-local --list-csv-all` answers, each as `job.field: ours / theirs`. Jobs that
 * are out are listed there as `never`.
 * @param plan `null` where we refuse the pipeline
 */
export function listDifferences(plan: Plan | null, peer: PeerAnswer): string[] {
  if (plan === null) return peer.isTaken ? ['refused here'] : []
  if (!peer.isTaken) return ['refused there']
  const theirs = readList(peer.output)
  const ours = new Map<string, Partial<ListedJob>>([
    ...plan.jobs.map((job) => [job.name, listed(job)] as const),
    ...plan.excluded.map(({ name, stage }) => [name, { stage, when: 'never' }] as const),
  ])
  return [
    ...[...ours.keys()].filter((name) => !theirs.has(name)).map((name) => `only here: ${name}`),
    ...[...theirs.keys()].filter((name) => !ours.has(name)).map((name) => `only there: ${name}`),
    ...[...ours].flatMap(([name, job]) => fieldDifferences(name, job, theirs.get(name))),
  ]
}

function fieldDifferences(name: string, ours: Partial<ListedJob>, theirs: ListedJob | undefined): string[] {
  if (theirs === undefined) return []
  return fields.flatMap((field) => {
    const [one, other] = [ours[field], theirs[field]]
    return one === undefined || one === other ? [] : [`${name}.${field}: ${one || 'none'} / ${other || 'none'}`]
  })
}

function listed({ stage, when, allowFailure, environment, needs }: PlanJob): ListedJob {
  return {
    stage,
    when,
    allowFailure: typeof allowFailure === 'boolean' ? String(allowFailure) : JSON.stringify(allowFailure.exitCodes),
    environment: environment?.name ?? '',
    needs: needs === null ? '' : `[${needs.map(({ job }) => job).join(',')}]`,
  }
}

/** Lines `name;stage;when;allowFailure;environment;needs` after the one that names them; warnings may stand before it. */
function readList(output: string): Map<string, ListedJob> {
  const lines = output.trim().split('\n')
  const [head = '', ...rows] = lines.slice(lines.findIndex((line) => line.startsWith('name;')))
  const names = head.split(';')
  return new Map(
    rows.map((row) => {
      const values = row.split(';').map((value) => value.replace(/^"(.*)"$/, '$1'))
      const get = (name: string): string => values[names.indexOf(name)] ?? ''
      const [stage, when, allowFailure] = [get('stage'), get('when'), get('allowFailure')]
      return [get('name'), { stage, when, allowFailure, environment: get('environment'), needs: get('needs') }] as const
    }),
  )
}
