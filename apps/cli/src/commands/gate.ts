import { randomUUID } from 'node:crypto'
import { exitStatus } from '../exit-status.ts'
import { judge } from '../run/judge.ts'
import { readLastRun } from '../run/last-run.ts'
import { openLocalFolder } from '../run/local-folder.ts'
import { readLocalPolicy } from '../run/read-local-policy.ts'
import { renderVerdict } from '../run/render-verdict.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { pipelineFolder } from './compile-folder.ts'

/** `sluice gate`: the gates of the policy as it stands now, on the evidence of the last run on this machine. */
export async function gate(options: { folder?: string; json?: boolean }): Promise<number> {
  const folder = pipelineFolder(options.folder)
  const { lastRun } = await openLocalFolder(folder)
  const last = await readLastRun(lastRun)
  const policy = await readLocalPolicy(folder)
  const verdicts = policy.gates.map(({ name }) => judge(last, policy, name, randomUUID()))
  const colour = hasColour(process.stdout, process.env)
  const text = verdicts.map((verdict) => renderVerdict(verdict, colour))
  const shown = text.length === 0 ? ['The policy has no gate.'] : [...text, sources(last.at, last.commit)]
  process.stdout.write(`${options.json === true ? JSON.stringify(verdicts) : shown.join('\n')}\n`)
  return verdicts.every(({ decision }) => decision === 'open') ? exitStatus.ok : exitStatus.failed
}

const sources = (at: string, commit: string): string =>
  `Decided on the evidence of the run of ${at} (${commit.slice(0, 8)}). The server judges by the policy of the protected branch.`
