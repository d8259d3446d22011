import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@sluice/kernel'
import { git, gitText, lastWords, tryGit, type GitAnswer, type GitCommand } from './git-program.ts'
import { isObjectName } from './names.ts'
import type { ProjectServer } from './project-server.ts'
import { writeWhole } from './write-whole.ts'

/** Bounds of what reading one project may cost. */
export interface RemoteLimits {
  /** For one question or one fetch, 60 s by default. */
  timeoutMs: number
  /** For what one fetch may write, 256 MiB by default. */
  fetchBytes: number
  /** For one file, 1 MiB by default. */
  fileBytes: number
  /** How long refs that were asked for before will do, 0 by default. */
  refsFreshMs: number
}

/** What a remote repository does not give; `known` are the names that there are. */
export interface Missing {
  fault: string
  name?: string
  known?: readonly string[]
  /** Nobody answered. */
  unreachable?: true
}

/** The refs of a remote repository as of one moment. */
export interface RemoteRefs {
  /** Commit of the default branch, `null` for an empty repository. */
  head: string | null
  /** Name → commit. */
  tags: ReadonlyMap<string, string>
  branches: ReadonlyMap<string, string>
  /** When they were asked for, where nobody answers now. */
  staleSinceMs: number | null
}

/**
 * One project of a server, read into a bare repository of our own: its refs once, its commits without history, and of
 * their files only those that are asked for, where the server can do that.
 */
export class RemoteProject {
  readonly #folder: string
  readonly #path: string
  readonly #server: ProjectServer
  readonly #limits: RemoteLimits
  readonly #clock: Clock
  #refs: Promise<RemoteRefs | Missing> | null = null
  /** Fetches and reads of one repository come one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  /** @param folder for the bare repository; made when it is not there */
  constructor(folder: string, path: string, server: ProjectServer, limits: RemoteLimits, clock: Clock) {
    this.#folder = folder
    this.#path = path
    this.#server = server
    this.#limits = limits
    this.#clock = clock
  }

  refs(): Promise<RemoteRefs | Missing> {
    this.#refs ??= this.#inTurn(() => this.#askRefs())
    return this.#refs
  }

  /** The text of a file of a commit. */
  read(commit: string, path: string): Promise<{ text: string } | Missing> {
    return this.#inTurn(async () => (await this.#fetchCommit(commit)) ?? this.#file(commit, path))
  }

  /** Paths of all files of a commit. */
  list(commit: string): Promise<{ paths: string[] } | Missing> {
    return this.#inTurn(async () => (await this.#fetchCommit(commit)) ?? { paths: await this.#paths(commit) })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work)
    this.#turn = result.catch(() => {})
    return result
  }

  async #askRefs(): Promise<RemoteRefs | Missing> {
    await this.#open()
    const keptPath = join(this.#folder, 'sluice-refs')
    const kept = await readKeptRefs(keptPath)
    const now = this.#clock.now()
    if (kept !== null && kept.atMs <= now && now - kept.atMs < this.#limits.refsFreshMs) return readRefs(kept.output)
    const args = ['ls-remote', '--quiet', '--', this.#address(), 'HEAD', 'refs/heads/*', 'refs/tags/*']
    const answer = await this.#outside(args)
    if (answer.status === 0) {
      const output = answer.stdout.toString('utf8')
      await writeWhole(keptPath, `${now}\n${output}`)
      return readRefs(output)
    }
    const missing = this.#unreachable(answer)
    return missing.unreachable === true && kept !== null ? readRefs(kept.output, kept.atMs) : missing
  }

  async #open(): Promise<void> {
    if (existsSync(join(this.#folder, 'HEAD'))) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await git({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', this.#folder] })
  }

  async #fetchCommit(commit: string): Promise<Missing | null> {
    await this.#open()
    if (await this.#has(`${commit}^{tree}`)) return null
    const answer = await this.#fetch(commit, ['--depth=1'])
    if (answer.status === 0) return null
    if (!/not our ref|unadvertised object|no such remote ref|not a valid object|bad object/i.test(answer.stderr)) {
      return this.#unreachable(answer)
    }
    return { fault: `project "${this.#path}" has no commit "${commit}"` }
  }

  async #fetch(object: string, further: readonly string[] = []): Promise<GitAnswer> {
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--filter=blob:none']
    const args = ['fetch', ...options, ...further, '--', this.#address(), object]
    return this.#outside(args, { maxFileBytes: this.#limits.fetchBytes })
  }

  /** Whether an object is here. Nothing may be fetched for the question. */
  async #has(object: string): Promise<boolean> {
    return (await tryGit({ gitDir: this.#folder, args: ['cat-file', '-e', object] })).status === 0
  }

  async #file(commit: string, path: string): Promise<{ text: string } | Missing> {
    const args = ['ls-tree', '-z', '--full-tree', commit, '--', path]
    const entry = (await gitText({ gitDir: this.#folder, args })).split('\0')[0] ?? ''
    const [, mode, type, blob = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t/.exec(entry) ?? []
    if (type !== 'blob' || mode === '120000') return this.#noFile(commit, path)
    if (!(await this.#has(blob))) {
      const answer = await this.#fetch(blob)
      if (answer.status !== 0) return this.#unreachable(answer)
    }
    const sizeBytes = Number(await gitText({ gitDir: this.#folder, args: ['cat-file', '-s', blob] }))
    const { fileBytes } = this.#limits
    if (sizeBytes > fileBytes) return { fault: `file "${path}" has ${sizeBytes} bytes; wanted ${fileBytes} at most` }
    const bytes = await git({
      gitDir: this.#folder,
      args: ['cat-file', 'blob', blob],
      maxOutputBytes: fileBytes + 1024,
    })
    const text = decoded(bytes)
    return text === null ? { fault: `file "${path}" is no UTF-8; wanted text` } : { text }
  }

  async #noFile(commit: string, path: string): Promise<Missing> {
    const known = (await this.#paths(commit)).filter((file) => /\.ya?ml$/.test(file)).slice(0, 1000)
    return { fault: `the project has no file "${path}"`, name: path, known }
  }

  async #paths(commit: string): Promise<string[]> {
    const args = ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]
    return (await gitText({ gitDir: this.#folder, args })).split('\0').filter((path) => path !== '')
  }

  #address(): string {
    const { base, protocol } = this.#server
    const address = `${base}${this.#path}.git`
    return protocol === 'file' && !existsSync(address) ? `${base}${this.#path}` : address
  }

  /** Git with the one protocol, and with the credential in its environment, where arguments and logs do not show it. */
  #outside(args: readonly string[], further: Pick<GitCommand, 'maxFileBytes'> = {}): Promise<GitAnswer> {
    const { protocol, base, authorization } = this.#server
    const settings: [string, string][] = [
      ['fetch.unpackLimit', '1'],
      ['http.lowSpeedLimit', '1000'],
      ['http.lowSpeedTime', '20'],
      ['http.followRedirects', authorization === null ? 'initial' : 'false'],
      ...(authorization === null
        ? []
        : [[`http.${base}.extraHeader`, `Authorization: ${authorization}`] as [string, string]]),
    ]
    const agent = process.env['SSH_AUTH_SOCK']
    const env: Record<string, string> = {
      GIT_ALLOW_PROTOCOL: protocol,
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(settings.flatMap(([key, value], index) => pairOf(key, value, index))),
      GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=15',
      ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
    }
    return tryGit({ gitDir: this.#folder, args, env, timeoutMs: this.#limits.timeoutMs, ...further })
  }

  #unreachable({ stderr }: GitAnswer): Missing {
    const { host } = this.#server
    if (/file too large|SIGXFSZ|fetch-pack: invalid index-pack output|index-pack failed/i.test(stderr)) {
      return {
        fault: `fetching project "${this.#path}" takes more than ${this.#limits.fetchBytes} bytes, or was cut off`,
      }
    }
    const refused =
      /not found|does not exist|not appear to be a git repository|authentication failed|could not read (username|password)|permission denied|access denied|could not be found|error: 40[134]/i
    if (refused.test(stderr)) {
      return { fault: `there is no project "${this.#path}" on ${host}, or it cannot be read without other credentials` }
    }
    const fault = `project "${this.#path}" on ${host} cannot be reached: ${lastWords(stderr)}`
    return { fault, unreachable: true }
  }
}

function pairOf(key: string, value: string, index: number): [string, string][] {
  return [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]
}

/** `ls-remote` gives `object<TAB>ref`, and `ref^{}` for the commit behind an annotated tag. */
function readRefs(output: string, staleSinceMs: number | null = null): RemoteRefs {
  const [tags, branches] = [new Map<string, string>(), new Map<string, string>()]
  const refs = { head: null as string | null, tags, branches, staleSinceMs }
  for (const line of output.split('\n')) {
    const [commit = '', ref = ''] = line.split('\t')
    if (!isObjectName(commit)) continue
    if (ref === 'HEAD') refs.head = commit
    else if (ref.startsWith('refs/heads/')) refs.branches.set(ref.slice('refs/heads/'.length), commit)
    else if (ref.startsWith('refs/tags/')) refs.tags.set(ref.slice('refs/tags/'.length).replace(/\^\{\}$/, ''), commit)
  }
  return refs
}

/** The time, and what `ls-remote` said then. */
async function readKeptRefs(path: string): Promise<{ atMs: number; output: string } | null> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const [, at, output = ''] = /^(\d{1,15})\n(.*)$/s.exec(text) ?? []
  return at === undefined ? null : { atMs: Number(at), output }
}

function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
