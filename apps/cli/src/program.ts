import { processModes } from '@sluice/contracts/resource-group'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { addEventOptions } from './event/add-event-options.ts'
import { collect } from './event/collect.ts'
import { exitStatus } from './exit-status.ts'
import { addIncludeOptions } from './includes/add-include-options.ts'
import { sayError } from './say-error.ts'
import { version } from './version.ts'

const footer = `
Exit status:
  0  done: delivered, or what the command says
  1  not delivered, stopped by a gate, or failed on the way
  2  the command line is wrong
  3  the platform cannot start

Environment:
  DATABASE_URL           a PostgreSQL (15 or later) of your own instead of the embedded one
  NO_COLOR               no colours
  SLUICE_PROJECTS        where projects that pipelines include are (default: the server of the remote "origin")
  SLUICE_PROJECTS_TOKEN  a token for SLUICE_PROJECTS that may read them
  SLUICE_TEMPLATES       address or folder of include:template (default: GitLab's own)`

const runFooter = `
Exit status:
  0  all is well: no job failed that may not, and every gate that was decided is open
  1  a job failed, a gate is closed, the pipeline has mistakes, or the run was stopped
  2  the command line is wrong, or a job that it names is not in the plan
  3  git is missing, no Docker engine answers, or the folder .sluice cannot be written

Environment:
  DOCKER_HOST            the Docker engine of --executor docker and auto (default: the one of this machine)

Every log stays whole in .sluice/local/logs until the next run.`

/** Runs one command line. Each command loads only what it needs. @returns the exit status */
export async function runProgram(args: readonly string[]): Promise<number> {
  let status: number = exitStatus.ok
  const program = createProgram((code) => (status = code))
  try {
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.usage
    sayError(error)
    return statusOf(error)
  }
}

const wrongCommandLines = new Set(['CLI_DEMO_UNKNOWN', 'CLI_JOB_UNKNOWN', 'CLI_EVENT_WRONG', 'CLI_VARIABLE_WRONG'])

/** What keeps the platform from starting has its own exit status, whatever command meets it. */
function statusOf(error: unknown): number {
  const found: unknown = (error as { code?: unknown } | null)?.code
  const code = typeof found === 'string' ? found : ''
  if (wrongCommandLines.has(code)) return exitStatus.usage
  const cannotStart =
    /^(POSTGRES_|CLI_(?!PIPELINE_|RUN_)|GIT_MISSING|EXECUTOR_DOCKER_UNREACHABLE|ENOSPC|EDQUOT|ERR_MODULE_NOT_FOUND)/
  return cannotStart.test(code) ? exitStatus.cannotStart : exitStatus.failed
}

function createProgram(end: (status: number) => void): Command {
  const program = new Command('sluice')
    .description('Continuous delivery with gates, and with levels.')
    .version(version, '-V, --version')
    .addHelpText('after', footer)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`sluice: ${text.replace(/^error: /, '')}`) })
    .showHelpAfterError('("sluice --help" lists the commands)')
  addPlatformCommands(program, end)
  addDeliveryCommands(program, end)
  addPipelineCommands(program, end)
  addLocalCommands(program, end)
  return program
}

type End = (status: number) => void

const dataOption = ['--data <folder>', 'data folder (default: .sluice in the checkout)'] as const

function addPlatformCommands(program: Command, end: End): void {
  program
    .command('up')
    .description('start the platform and deliver the newest change of the card; stay until Ctrl-C')
    .option('--port <port>', 'port of the console; 0: any free one (default: 7070)', portOf)
    .option(...dataOption)
    .option('--exit', 'end after the delivery; exit status 0 if production runs the new release')
    .option('--detach', 'leave everything up')
    .option('--no-deliver', 'start only')
    .action(async (options) => end(await (await import('./commands/up.ts')).up(options)))
  program
    .command('down')
    .description('stop everything that runs on the data folder')
    .option(...dataOption)
    .action(async (options) => end(await (await import('./commands/down.ts')).down(options)))
  program
    .command('status')
    .description('tell what runs')
    .option(...dataOption)
    .action(async (options) => end(await (await import('./commands/status.ts')).status(options)))
  program
    .command('sign-in')
    .description('print a link that signs in to the console once, within five minutes')
    .option(...dataOption)
    .action(async (options) => end(await (await import('./commands/sign-in.ts')).signIn(options)))
  program
    .command('resource-groups')
    .argument('[group]', 'name of one group (default: all that runs have named)')
    .description('tell who holds the resource groups of a project, and who is in line')
    .addOption(
      new Option('--mode <mode>', 'serve the jobs in line of the group in this order').choices([...processModes]),
    )
    .option('--project <project>', 'slug of the project (default: card)')
    .option(...dataOption)
    .action(async (group, options, command: Command) => {
      if (options.mode !== undefined && group === undefined)
        command.error("error: option '--mode' wants the name of a group")
      end(await (await import('./commands/resource-groups.ts')).resourceGroups(group, options))
    })
}

function addDeliveryCommands(program: Command, end: End): void {
  program
    .command('deliver')
    .argument('[ref]', 'branch of the platform’s repository (default: the newest change of the folder)')
    .description('take a change all the way to production')
    .option('--port <port>', 'port of the console, if the platform is started for this', portOf, 7070)
    .option(...dataOption)
    .action(async (ref, options) => end(await (await import('./commands/deliver.ts')).deliver(ref, options)))
  program
    .command('demo')
    .argument('<name>', 'bad-test, bad-coverage or bad-canary')
    .description('deliver a faulty change of the card and show what stops it; exit status 0 if it was stopped')
    .option('--port <port>', 'port of the console, if the platform is started for this', portOf, 7070)
    .option(...dataOption)
    .action(async (name, options) => end(await (await import('./commands/demo.ts')).demo(name, options)))
}

function addPipelineCommands(program: Command, end: End): void {
  const folder = ['[folder]', 'folder with a .gitlab-ci.yml (default: the current one, else card/)'] as const
  const compiling = (name: string): Command => addIncludeOptions(addEventOptions(program.command(name)))
  compiling('plan')
    .argument(...folder)
    .description('show the jobs of a pipeline, each with the reason why it is in or out')
    .option('--json', 'the plan as canonical JSON')
    .action(async (named, options) => end(await (await import('./commands/plan.ts')).plan(named, options)))
  compiling('explain')
    .argument('<job>', 'name of a job')
    .argument(...folder)
    .description('tell why one job is in the plan or out of it')
    .action(async (job, named, options) => end(await (await import('./commands/plan.ts')).explain(job, named, options)))
  compiling('graph')
    .argument(...folder)
    .description('draw which job waits for which')
    .option('--svg', 'as an SVG picture on standard output')
    .action(async (named, options) => end(await (await import('./commands/graph.ts')).graph(named, options)))
  compiling('lint')
    .argument(...folder)
    .description('list the mistakes of a pipeline with their places')
    .option('--json', 'mistakes and warnings as JSON')
    .action(async (named, options) => end(await (await import('./commands/lint.ts')).lint(named, options)))
}

function addLocalCommands(program: Command, end: End): void {
  const folder = ['--folder <folder>', 'folder with a .gitlab-ci.yml (default: the current one, else card/)'] as const
  addIncludeOptions(addEventOptions(program.command('run')))
    .argument('[jobs...]', 'jobs to run with all they need, manual ones too (default: the whole pipeline)')
    .description('run jobs of a folder on this machine, with its edits, and decide its gates')
    .option(...folder)
    .option('--needs', 'with the named jobs all that they wait for (the default)')
    .option('--no-needs', 'the named jobs alone, with artifacts of the last run')
    .option('--manual <job>', 'start this manual job too; may be repeated', collect)
    .option('--failed', 'run again what failed or was not reached in the last run, with artifacts of the rest')
    .option('--concurrency <jobs>', 'jobs at once (default: one a core)', countOf)
    .addOption(
      new Option(
        '--executor <kind>',
        'process; docker: in containers; auto: those in containers that name an image',
      ).choices(['process', 'docker', 'auto']),
    )
    .option('--image <name>', 'with --executor docker: the image of jobs that name none')
    .option('--quiet', 'nothing of the jobs, only what came of them')
    .option('--logs', 'on a terminal too, every line with its job before it')
    .option('--timestamps', 'the same, with the time (UTC) before that')
    .option('--json', 'what came of it as JSON; everything else goes to standard error')
    .addHelpText('after', runFooter)
    .action(async (jobs, options) => end(await (await import('./commands/run.ts')).run(jobs, options)))
  program
    .command('gate')
    .description('decide the gates again on the evidence of the last run on this machine')
    .option(...folder)
    .option('--json', 'the verdicts as JSON')
    .action(async (options) => end(await (await import('./commands/gate.ts')).gate(options)))
}

function countOf(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= 256) return count
  throw new InvalidArgumentError('wanted a number from 1 to 256.')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_000) return port
  throw new InvalidArgumentError('wanted a number from 0 to 65000.')
}
