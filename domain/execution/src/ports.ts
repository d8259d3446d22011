/** The ports of execution. Every implementation runs the shared cases in `testing/`. */
import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { PlanImage, PlanService } from '@sluice/contracts/plan'
import type { ArtifactManifest } from './artifact-manifest.ts'
import type { Step } from './steps-of.ts'

/** Bytes given to a store: whole, or as a stream that is read once. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>

export interface StoredBlob {
  /** `sha256:` and 64 lower-case hexadecimal digits, over the bytes. */
  digest: string
  sizeBytes: number
}

/**
 * Content-addressed bytes: artifacts, caches, reports, releases. Nobody closes it.
 * - A blob is there whole or not at all, also after a crash; `put` returns when it is durable.
 * - The same bytes again are a no-op with the same answer; any number of `put` at once is fine.
 * - A stored blob never changes. What `get` yields was checked against the digest by the time the stream ends.
 */
export interface BlobStore {
  put(content: BlobContent): Promise<StoredBlob>
  /**
   * The bytes as a stream, or `null` where there are none. Reading to the end of a damaged blob throws
   * `EXECUTION_BLOB_DAMAGED` before the stream ends.
   */
  get(digest: string): Promise<AsyncIterable<Uint8Array> | null>
  has(digest: string): Promise<boolean>
}

/**
 * The logs of attempts: bytes that only grow. Keys are `[A-Za-z0-9._-]{1,200}`. Nobody closes it.
 * - `append` writes at `offset`, which must be the size so far, else it throws `EXECUTION_TRACE_RANGE` (status 416)
 *   and changes nothing; bytes are readable once it returned. Appends to one key are taken one at a time.
 * - A key nobody wrote to has size 0.
 */
export interface TraceStore {
  append(key: string, offset: number, bytes: Uint8Array): Promise<{ sizeBytes: number }>
  /** At most `limit` bytes from `offset`; empty at or after the end. */
  read(key: string, offset: number, limit: number): Promise<Uint8Array>
  size(key: string): Promise<number>
}

/** A host folder or file and where the isolated process sees it. Both absolute. */
export interface BoundPath {
  from: string
  to: string
}

/** A host folder that a job may write to, and what lies beneath it. */
export interface WritablePath extends BoundPath {
  layers?: Layers
}

/**
 * Folders beneath a writable one (overlayfs): what the writable folder lacks is seen from them, and what is changed or
 * removed lands in the writable folder. Any number of jobs may have the same folder beneath theirs.
 */
export interface Layers {
  /** Uppermost first. They belong to the isolated user, hold no mount, and must not change while anything uses them. */
  below: readonly string[]
  /** A folder for the kernel's own use, on the disk of the writable one, used for nothing else. */
  work: string
}

/** For whom a process runs. Each is a user of its own where the machine lets us choose users. */
export type IsolatedUser = 'job' | 'service' | 'postgres'

/** What to run and what it may see. Everything that is not named here stays out of sight. */
export interface IsolatedSpec {
  /** Program and arguments, as seen inside. Visible to other users of the machine: no secrets. */
  command: readonly string[]
  /** Working folder, as seen inside: build it with `Isolation.inside`. */
  cwd: string
  /** The whole environment; only HOME, USER, LOGNAME, SHELL and PATH have defaults. Never appears in an argv. */
  env: Readonly<Record<string, string>>
  /** Read-only; a string is bound at the same path. The system's programs and libraries are there anyway. */
  readOnlyPaths: readonly (string | BoundPath)[]
  /** Writable. The host's folder must belong to `Isolation.owner(user)`. `/tmp` and HOME may be given; else they are in memory. */
  writablePaths: readonly WritablePath[]
  /** The machine's network is shared: it is not taken away. */
  network: true
  hostname?: string
  user: IsolatedUser
  /** `true`: the process outlives the one that started it. Default `false`: it dies with it, also by `kill -9`. */
  surviveParent?: boolean
}

/**
 * How to start an isolated process: spawn `file` with `args`, `env`, `cwd` and **`detached: true`** (a process group of
 * its own), write `input` to its standard input and end it. Then:
 * - standard input of the command itself is empty; output and exit status are the command's (125: the sandbox could not
 *   be made, the reason is on standard error);
 * - a signal to the group (`kill(-pid, 'SIGTERM')`) asks the command to stop;
 * - `SIGKILL` to the group ends everything, and everything ends with the command: nothing can be left behind
 *   (level `none` keeps this only for what stays in the group).
 */
export interface IsolatedCommand {
  file: string
  args: string[]
  env: Record<string, string>
  cwd: string
  input: string
}

/** A sandbox that runs. */
export interface IsolatedProcess {
  /** Standard output and error as one, in order. Ends when every process of the sandbox is dead, or has closed both. */
  readonly output: AsyncIterable<Uint8Array> & { destroy(): void }
  /** Resolves, never rejects, when every process of the sandbox is dead. */
  readonly ended: Promise<IsolatedProcessEnd>
  /** To the command and all in its process group; `SIGKILL` ends everything. Changes nothing after the end. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void
}

export interface IsolatedProcessEnd {
  /** The command's exit status, as a shell would tell it; `null`: the sandbox was killed from outside. */
  code: number | null
  signal: string | null
  /** Why the sandbox could not be made; empty where it was. */
  fault: string
}

/** Keeps a process away from Sluice, from others and from the machine. */
export interface Isolation {
  readonly level: IsolationLevel
  /** @throws SluiceError `EXECUTION_ISOLATION_SPEC` for a path or variable that cannot be passed on. */
  command(spec: IsolatedSpec): IsolatedCommand
  /**
   * Starts what `command` describes, with less effort; it dies with this process. Absent where there is no such way.
   * Rejects when nothing can be started that way: then `command` may still do.
   * @throws SluiceError `EXECUTION_ISOLATION_SPEC`
   */
  start?(spec: Omit<IsolatedSpec, 'surviveParent'>): Promise<IsolatedProcess>
  /**
   * Ends what `start` keeps running for itself, and everything that still runs by it; a later `start` begins anew. Nobody
   * need call it: all of that ends with this process, too.
   */
  close?(): Promise<void>
  /**
   * A command that does nothing but see a writable folder with its layers, as its working folder, until its standard
   * input ends: it writes `ready` and a line break when `/proc/<pid>/cwd` can be read. Absent where there are no layers.
   */
  view?(path: WritablePath & { layers: Layers }): IsolatedCommand
  /** Where a process inside sees a bound path: `to`, or `from` at level `none`. */
  inside(path: BoundPath): string
  /** Whose the writable host folders must be: give them this owner first. `null`: the current user's, as they are. */
  owner(user: IsolatedUser): { uid: number; gid: number } | null
  /** HOME of the user inside. At level `none` there is no such folder: give a HOME in `env`. */
  home(user: IsolatedUser): string
}

/** Tells when something is no more wanted, as the standard `AbortSignal` does. */
export interface StopSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
}

/** The containers that a job wants: its own, and those of its services. */
export interface JobContainers {
  image?: PlanImage | null
  services?: readonly PlanService[]
}

/** What a job's workspace needs to be made. */
export interface WorkspaceRequest extends JobContainers {
  /** Unique among the live jobs of this executor: `[A-Za-z0-9._-]{1,100}`. */
  id: string
  /** Name of the folder inside, below `/builds`: `[a-z0-9-]{1,63}`. */
  project: string
  /** Folders to add to what the job may read, such as the objects of its repository. */
  readOnlyPaths: readonly (string | BoundPath)[]
  /** What the programs of this machine need. Not for containers, which bring their own. */
  tools: { readOnlyPaths: readonly string[]; env: Readonly<Record<string, string>> }
  variables: readonly JobVariable[]
  /** Gets what is to be told of it in the job's log, such as how far an image is. */
  onOutput: OnOutput
  /** Aborted: nothing more is made, and what was is taken away. */
  signal: StopSignal
  /**
   * Programs of other users than the job's will write in it: files are copied there and never layered, and `HostWorkspace.open`
   * can be used. Default `false`.
   */
  forOtherUsers?: boolean
}

/** A variable as a job receives it, secrets among them. */
export interface JobVariable {
  key: string
  value: string
  masked: boolean
  /** The value is written to a file and the variable holds its path. */
  file: boolean
  /** Nothing in the value is expanded. Default `false`: `$CI_PROJECT_DIR` and `$CI_BUILDS_DIR`, which only the executor knows, are. */
  raw?: boolean
}

export type StepEnd =
  | { outcome: 'success'; exitCode: 0 }
  | { outcome: 'failed'; exitCode: number }
  /** It ran longer than its `timeoutMs` and was killed. */
  | { outcome: 'timeout' }
  /** `stop` was called. */
  | { outcome: 'stopped' }
  /** The executor's fault, not the script's. */
  | { outcome: 'system-failure'; message: string }

/** A step that runs. */
export interface RunningStep {
  /** Resolves, never rejects, after the last output was handed over and every process of the step is dead. */
  readonly ended: Promise<StepEnd>
  /** SIGTERM, after `graceMs` SIGKILL. Repeated calls change nothing. */
  stop(graceMs: number): void
}

/** Takes raw output; awaited before more is read. */
export type OnOutput = (chunk: Uint8Array) => void | Promise<void>

export interface CommandLimits {
  timeoutMs: number
  /** The whole environment beside the defaults; the job's variables are not there. */
  env: Readonly<Record<string, string>>
}

/** Which files to collect. Patterns as GitLab's `artifacts:paths` and `exclude`, relative to the workspace. */
export interface FileSelection {
  paths: readonly string[]
  exclude: readonly string[]
  /** More files, by their exact paths; `exclude` holds for them too. */
  files?: readonly string[]
}

/**
 * One job's clean folder. Steps run one at a time. The caller calls `remove` once, after the last step has ended;
 * then no process and no file of it is left.
 */
export interface Workspace {
  /** Path of the folder as the job sees it (`CI_PROJECT_DIR`). */
  readonly pathInside: string
  /** Path on this machine. For reading only through `collect`. */
  readonly folder: string
  /**
   * `onOutput` gets raw chunks of standard output and error in order; it is awaited, so a slow reader slows the job.
   * @param env more variables, such as `CI_JOB_STATUS` for `after_script`.
   */
  start(step: Step, onOutput: OnOutput, env?: Readonly<Record<string, string>>): RunningStep
  /** Runs a program of ours as the job's user: never a shell line. Same promises as `start`. */
  startCommand(command: readonly string[], limits: CommandLimits, onOutput: OnOutput): RunningStep
  /** Reads files when nothing runs, those of `underlay` too. Follows no link; takes files and links that stay inside. */
  collect(selection: FileSelection, blobs: BlobStore): Promise<ArtifactManifest>
  /** Writes files of a manifest. Never writes through a link and never outside. */
  extract(manifest: ArtifactManifest, blobs: BlobStore): Promise<void>
  /**
   * Gives the workspace the files of a folder, before anything else. Nothing is written to the folder, which must not change
   * before `remove` and belongs to the job's user.
   */
  begin(snapshot: string): Promise<void>
  /**
   * Puts the files of a tree that `takeOut` made beneath the workspace's own: a file of the workspace wins over one of
   * the tree, a later tree over an earlier one. The tree must not change before `remove`, and never does by the job.
   */
  underlay(tree: string): Promise<void>
  /**
   * Takes selected files out into `tree`, a path on this disk where nothing is yet and where no job may look.
   * @param options `leave: false`: nothing will be run after this and nothing that is selected here be taken again, so files
   * may be moved, which takes no time. `base`: a tree that was put beneath, made by the same selection.
   * @returns `unchanged`: nothing selected differs from `base`, and `tree` was not made; `empty`: nothing was found
   */
  takeOut(
    selection: FileSelection,
    tree: string,
    options: { leave: boolean; base?: string | null },
  ): Promise<'taken' | 'unchanged' | 'empty'>
  remove(): Promise<void>
}

/** A workspace whose folders lie on this machine, where something else than its executor may run steps in them, too. */
export interface HostWorkspace extends Workspace {
  /**
   * Where they lie and where jobs see them; `begin` and `underlay` change it. `control` holds scripts and file variables, and
   * no job may write to it.
   */
  bound(): { workspace: WritablePath; control: string; readOnly: readonly BoundPath[] }
  /** Lets every user write to all files, as GitLab Runner does for containers. Only with `forOtherUsers`, and when nothing runs. */
  open(): Promise<void>
  /** Gives everything in it to the job's user, whoever wrote it, as far as this process may. When nothing runs. */
  takeOver(): Promise<void>
}

/** Makes workspaces and runs steps in them. Workspaces are independent and may run at once. */
export interface Executor<W extends Workspace = Workspace> {
  /** How a job with these containers is kept from the machine and from others. */
  isolationOf(containers: JobContainers): IsolationLevel
  /**
   * What was begun is taken away again where it rejects.
   * @throws SluiceError of the executor, such as for an image that cannot be had; the signal's reason when it is aborted.
   */
  prepare(request: WorkspaceRequest): Promise<W>
}
