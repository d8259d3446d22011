import type { ProjectSummary } from '@sluice/contracts/api'
import { addressOf } from './address-of.ts'
import { ofPolicy } from './of-policy.ts'

/** What runs, line by line. `projects` is `null` when the server does not answer. */
export function statusLines(
  parts: readonly { name: string; pid: number | null }[],
  projects: readonly ProjectSummary[] | null,
): string[] {
  const lines = parts.map(({ name, pid }) => `${name.padEnd(12)} ${pid === null ? 'not running' : `process ${pid}`}`)
  if (projects === null) return [...lines, 'The server does not answer. Start it with "./sluice up".']
  return [...lines, ...projects.flatMap(projectLines)]
}

function projectLines(project: ProjectSummary): string[] {
  const run = project.lastRun
  const last = run === null ? 'no run yet' : `run ${run.number} of "${run.title}": ${run.sentence.en}`
  return [
    `${project.name}: ${last}`,
    ...project.environments.map(
      (one) =>
        `  ${one.name.padEnd(12)} ${addressOf(one)}  ${one.release?.version ?? 'nothing'}, ${one.state}${ofPolicy(one)}`,
    ),
  ]
}
