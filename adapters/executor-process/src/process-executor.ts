import { chmodSync, existsSync, lchownSync, mkdirSync, writeFileSync } from 'node:fs'
import { lchown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  jobEnvironment,
  stepScript,
  type BoundPath,
  type Executor,
  type HostWorkspace,
  type IsolatedSpec,
  type Isolation,
  type JobEnvironment,
  type RunningStep,
  type WorkspaceRequest,
} from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { giveFolder } from './give-folder.ts'
import { openFolder } from './open-folder.ts'
import { removeFolder } from './remove-folder.ts'
import { rememberTrial } from './remember-trial.ts'
import { startIsolated } from './start-isolated.ts'
import { systemFailure } from './start-process.ts'
import { layersWork } from './try-layers.ts'
import { unusedContainers } from './unused-containers.ts'
import { WorkspaceFiles } from './workspace-files.ts'

/** Where one job lives on this machine and where it sees that. */
interface JobFolders {
  root: string
  workspace: BoundPath
  temporary: BoundPath
  home: BoundPath
  /** Scripts and file variables; the job cannot write here. */
  control: BoundPath
  /** For layers; the job cannot see it. */
  work: string
}

export interface ProcessExecutorOptions {
  folder: string
  isolation: Isolation
  /** A file beside the folder where it is noted what can be done there, so that a next process need not try it. */
  trials?: string
}

/**
 * Runs jobs as processes of this machine, each in folders of its own below `folder`, through an isolation.
 * `folder` should be one that nobody else may enter (mode 0700).
 */
export function processExecutor({ folder, isolation, trials }: ProcessExecutorOptions): Executor<HostWorkspace> {
  let found: Promise<boolean> | null = null
  const tryLayers = async (): Promise<boolean> => (found ??= rememberTrial(trials, folder, isolation, layersWork))
  return {
    isolationOf: () => isolation.level,
    prepare: async (request) => {
      const unused = unusedContainers(request)
      if (unused !== null) await request.onOutput(Buffer.from(`${unused}\n`))
      const folders = foldersOf(folder, request, isolation)
      await makeFolders(folders, isolation)
      const environment = jobEnvironment(
        { HOME: isolation.inside(folders.home), ...request.tools.env },
        request.variables,
        {
          project: isolation.inside(folders.workspace),
          builds: isolation.level === 'none' ? folders.root : '/builds',
          files: isolation.inside(folders.control),
        },
      )
      await writeFileVariables(folders, environment, isolation)
      return workspaceOf(request, folders, environment, { isolation, layersWork: tryLayers })
    },
  }
}

function foldersOf(folder: string, { id, project }: WorkspaceRequest, isolation: Isolation): JobFolders {
  for (const name of [id, project])
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name))
      throw new SluiceError(
        'EXECUTOR_WORKSPACE_ID',
        `Cannot make workspace "${name}": wanted letters, digits, ".", "-", "_"`,
      )
  const root = join(folder, id)
  return {
    root,
    workspace: { from: join(root, 'workspace'), to: `/builds/${project}` },
    temporary: { from: join(root, 'tmp'), to: '/tmp' },
    home: { from: join(root, 'home'), to: isolation.home('job') },
    control: { from: join(root, 'control'), to: `/builds/${project}.tmp` },
    work: join(root, 'work'),
  }
}

/** A folder left by a runner that was killed is taken away first. */
async function makeFolders(folders: JobFolders, isolation: Isolation): Promise<void> {
  if (existsSync(folders.root)) await removeFolder(folders.root)
  mkdirSync(folders.root, { recursive: true, mode: 0o700 })
  const owner = isolation.owner('job')
  // At once: in all 0.1 ms, where a round through the threads for each takes 1 ms.
  for (const { from } of [folders.workspace, folders.temporary, folders.home, folders.control]) {
    mkdirSync(from)
    chmodSync(from, 0o755)
    if (owner !== null && from !== folders.control.from) lchownSync(from, owner.uid, owner.gid)
  }
}

async function writeFileVariables(folders: JobFolders, { files }: JobEnvironment, isolation: Isolation): Promise<void> {
  const owner = isolation.owner('job')
  for (const [name, content] of Object.entries(files)) {
    const place = join(folders.control.from, name)
    await writeFile(place, content, { mode: 0o600 })
    if (owner !== null) await lchown(place, owner.uid, owner.gid)
  }
}

function workspaceOf(
  request: WorkspaceRequest,
  folders: JobFolders,
  environment: JobEnvironment,
  { isolation, layersWork: tryLayers }: { isolation: Isolation; layersWork: () => Promise<boolean> },
): HostWorkspace {
  const readOnly = [...request.readOnlyPaths, folders.control]
  const files = new WorkspaceFiles({
    isolation,
    folder: folders.workspace,
    work: folders.work,
    layersWork: request.forOtherUsers === true ? async () => false : tryLayers,
  })
  const pathInside = isolation.inside(folders.workspace)
  const specOf = (command: readonly string[], env: Readonly<Record<string, string>>): IsolatedSpec => ({
    command,
    cwd: pathInside,
    env,
    readOnlyPaths: [...request.tools.readOnlyPaths, ...readOnly],
    writablePaths: [files.bound, folders.temporary, folders.home],
    network: true,
    hostname: request.project.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'),
    user: 'job',
  })
  const base = { TMPDIR: isolation.inside(folders.temporary), HOME: isolation.inside(folders.home) }
  return {
    pathInside,
    folder: folders.workspace.from,
    start(step, onOutput, env = {}) {
      const script = `.${step.name}`
      const command = ['/bin/bash', '--noprofile', '--norc', `${isolation.inside(folders.control)}/${script}`]
      try {
        writeFileSync(join(folders.control.from, script), stepScript(step.script), { mode: 0o644 })
      } catch (cause) {
        return failedStep(`Cannot write the script: ${(cause as Error).message}`)
      }
      const spec = specOf(command, { ...base, ...environment.env, ...env })
      return startIsolated(isolation, spec, step.timeoutMs, onOutput)
    },
    startCommand: (command, { timeoutMs, env }, onOutput) =>
      startIsolated(isolation, specOf(command, { ...base, ...env }), timeoutMs, onOutput),
    begin: async (snapshot) => files.begin(snapshot),
    collect: async (selection, blobs) => files.collect(selection, blobs),
    extract: async (manifest, blobs) => files.extract(manifest, blobs),
    underlay: async (tree) => files.underlay(tree),
    takeOut: async (selection, tree, options) => files.takeOut(selection, tree, options),
    bound: () => ({
      workspace: { ...files.bound, to: pathInside },
      control: folders.control.from,
      readOnly: request.readOnlyPaths
        .map((path) => (typeof path === 'string' ? { from: path, to: path } : path))
        .map((path) => ({ ...path, to: isolation.inside(path) })),
    }),
    open: async () => openFolder(folders.workspace.from),
    takeOver: async () => takeOver(folders.workspace.from, isolation),
    remove: async () => removeFolder(folders.root),
  }
}

/** Only root may give files away. */
async function takeOver(folder: string, isolation: Isolation): Promise<void> {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()]
  if (uid === 0) await giveFolder(folder, isolation.owner('job') ?? { uid, gid: gid ?? 0 })
}

function failedStep(message: string): RunningStep {
  return { ended: Promise.resolve(systemFailure(message)), stop: () => undefined }
}
