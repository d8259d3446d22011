/** What a case expects of one `sluice run`. */
export interface ExpectedRun {
  /** Its arguments after `run`. */
  args: string[]
  exitStatus: number
  /** Texts that stand, or stand not, in what it tells besides logs. */
  told: ExpectedText[]
  jobs: ExpectedJob[]
}

export interface ExpectedJob {
  name: string
  /** As `jobText` writes it: `failed, exit code 3, attempt 2`. */
  end: string
  /** What stands in its log: those that do in this order. */
  log: ExpectedText[]
}

export interface ExpectedText {
  text: string
  isThere: boolean
}

/**
 * Reads `expected.txt` of a case, one or more runs after one another:
 *
 *     $ sluice run --manual deploy     the run
 *     exit 1                           its exit status
 *     > warning: …                     stands in what it tells (`>!` does not)
 *     build: success                   every job of the run, with how it ended
 *       | make                         stands in the log of the job, after the text before it
 *       ! never                        stands nowhere in it, but where a command is shown (`! $ never`: nor there)
 */
export function readRunScript(text: string): ExpectedRun[] {
  const runs: ExpectedRun[] = []
  for (const line of text.split('\n')) {
    if (line.trim() !== '') readLine(line, runs)
  }
  return runs
}

function readLine(line: string, runs: ExpectedRun[]): void {
  const run = runs.at(-1)
  const [, command] = /^\$ sluice run ?(.*)$/.exec(line) ?? []
  const [, status] = /^exit (\d+)$/.exec(line) ?? []
  const [, refused, told] = /^>(!?) (.*)$/.exec(line) ?? []
  const [, mark, logged] = /^ {2}([|!]) (.*)$/.exec(line) ?? []
  const [, name, end] = /^(\S.*): ((?:success|failed|skipped|manual|canceled|created)\b.*)$/.exec(line) ?? []
  if (command !== undefined) runs.push({ args: command.split(' ').filter(Boolean), exitStatus: 0, told: [], jobs: [] })
  else if (run === undefined) throw new Error(`"${line}" stands before the first "$ sluice run"`)
  else if (status !== undefined) run.exitStatus = Number(status)
  else if (told !== undefined) run.told.push({ text: told, isThere: refused === '' })
  else if (logged !== undefined) lastJob(run, line).log.push({ text: logged, isThere: mark === '|' })
  else if (name !== undefined && end !== undefined) run.jobs.push({ name, end, log: [] })
  else throw new Error(`"${line}" is no line of a run's script`)
}

function lastJob({ jobs }: ExpectedRun, line: string): ExpectedJob {
  const job = jobs.at(-1)
  if (job === undefined) throw new Error(`"${line}" stands before the first job`)
  return job
}
