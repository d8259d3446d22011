import { execFile } from 'node:child_process'
import { SluiceError } from '@sluice/kernel'
import type { GitErrorCode } from './errors.ts'

export interface GitCommand {
  args: readonly string[]
  /** The repository; none for commands that need none. */
  gitDir?: string
  workTree?: string
  indexFile?: string
  cwd?: string
  input?: string | Uint8Array
  env?: Record<string, string>
  /** 60 s by default. */
  timeoutMs?: number
  /** 64 MiB by default. */
  maxOutputBytes?: number
  /** No file that it writes may grow over this; none by default. */
  maxFileBytes?: number
}

export interface GitAnswer {
  /** Exit status; 0 is success. */
  status: number
  stdout: Buffer
  stderr: string
}

/**
 * Settings that no configuration of the machine, the user or a repository may change: no hook, no file system
 * monitor, no program of a repository's choosing is ever started, and nothing is fetched on the way.
 */
export const fixedSettings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'core.quotePath=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'protocol.allow=never',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'safe.directory=*',
  'advice.addEmbeddedRepo=false',
].flatMap((setting) => ['-c', setting])

/** The whole environment of a git process: nothing of the server's own, so that no secret reaches it. */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    ...extra,
  }
}

/**
 * Runs git once, without a shell, and answers whatever its exit status is.
 * @throws SluiceError GIT_MISSING, GIT_TIMEOUT, GIT_OUTPUT_TOO_LARGE, GIT_DISK_FULL
 */
export async function tryGit(command: GitCommand): Promise<GitAnswer> {
  const answer = await spawnGit(command)
  if (answer.status !== 0 && /no space left on device|disk quota exceeded/i.test(answer.stderr)) {
    throw new SluiceError<GitErrorCode>(
      'GIT_DISK_FULL',
      `Cannot ${actionOf(command)}: no space is left on the disk of ${command.gitDir ?? 'the repository'}`,
      { status: 507 },
    )
  }
  return answer
}

/** Like `tryGit`, for a command that has to succeed. @throws SluiceError GIT_FAILED with git's own words. */
export async function git(command: GitCommand): Promise<Buffer> {
  const answer = await tryGit(command)
  if (answer.status === 0) return answer.stdout
  throw new SluiceError<GitErrorCode>(
    'GIT_FAILED',
    `Cannot ${actionOf(command)}: git ended with status ${answer.status}: ${lastWords(answer.stderr)}`,
  )
}

/** As `git`, the output as text without its last line end. */
export async function gitText(command: GitCommand): Promise<string> {
  return (await git(command)).toString('utf8').replace(/\n$/, '')
}

/** What git said, on one line and short, fit for a message. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(error|fatal|warning): /, '').trim())
    .filter((line) => line !== '')
  const text = lines.slice(0, 3).join('; ')
  return text.length > 400 ? `${text.slice(0, 400)}…` : text || 'git gave no reason'
}

function spawnGit(command: GitCommand): Promise<GitAnswer> {
  const timeoutMs = command.timeoutMs ?? 60_000
  const maxBuffer = command.maxOutputBytes ?? 64 * 1024 * 1024
  return new Promise((resolve, reject) => {
    const child = execFile(
      ...programOf(command),
      {
        encoding: 'buffer',
        env: environmentOf(command),
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer,
        ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code
        if (typeof status === 'number') return resolve({ status, stdout, stderr: stderr.toString('utf8') })
        reject(failureOf(command, error, { timeoutMs, maxBuffer }))
      },
    )
    child.stdin?.on('error', () => {}) // git may end before it read all: its exit status says why
    child.stdin?.end(command.input ?? '')
  })
}

/** `ulimit -f` counts in blocks of 512 bytes; the shell gives its process to git. */
function programOf({ args, maxFileBytes }: GitCommand): [string, string[]] {
  const all = [...fixedSettings, ...args]
  if (maxFileBytes === undefined) return ['git', all]
  const script = 'ulimit -f "$1" && shift && exec git "$@"'
  return ['sh', ['-c', script, 'sh', String(Math.ceil(maxFileBytes / 512)), ...all]]
}

function environmentOf(command: GitCommand): Record<string, string> {
  return gitEnvironment({
    ...(command.gitDir === undefined ? {} : { GIT_DIR: command.gitDir }),
    ...(command.workTree === undefined ? {} : { GIT_WORK_TREE: command.workTree }),
    ...(command.indexFile === undefined ? {} : { GIT_INDEX_FILE: command.indexFile }),
    ...command.env,
  })
}

function failureOf(
  command: GitCommand,
  error: (Error & { code?: number | string | null; killed?: boolean }) | null,
  limits: { timeoutMs: number; maxBuffer: number },
): Error {
  const action = actionOf(command)
  const failure = (code: GitErrorCode, text: string): Error =>
    new SluiceError<GitErrorCode>(code, `Cannot ${action}: ${text}`, { cause: error })
  if (error?.code === 'ENOENT') return missingOr(command, failure)
  if (error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return failure('GIT_OUTPUT_TOO_LARGE', `git wrote more than ${limits.maxBuffer} bytes`)
  if (error?.killed === true) return failure('GIT_TIMEOUT', `git did not end within ${limits.timeoutMs / 1000} s`)
  return failure('GIT_FAILED', error?.message ?? 'git ended without a status')
}

function missingOr(command: GitCommand, failure: (code: GitErrorCode, text: string) => Error): Error {
  const install = 'install it, e.g. "apt-get install git"'
  return command.cwd === undefined
    ? failure('GIT_MISSING', `the program git is not in PATH; ${install}`)
    : failure('GIT_MISSING', `the program git is not in PATH, or the folder "${command.cwd}" is gone; ${install}`)
}

function actionOf(command: GitCommand): string {
  const verb = command.args.find((argument) => !argument.startsWith('-')) ?? ''
  return `run git ${verb}`.trim()
}
