import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, chown, mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BoundPath, Isolation } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import type { Binaries } from './binaries.ts'
import type { PostgresErrorCode } from './errors.ts'

/** One start of a PostgreSQL program. */
export interface Launch {
  program: 'initdb' | 'postgres'
  /** Made with the paths as the program sees them. */
  arguments: (inside: (folder: FolderName) => string) => string[]
  /** Host folders that it may write. */
  folders: Partial<Record<FolderName, string>>
  /** File descriptor for output and errors. */
  output: number
  /** Outlives this process. */
  surviveParent: boolean
}

export type FolderName = 'data' | 'socket' | 'setup'

/** Starts PostgreSQL's programs as this user, or as another one in a sandbox when this user is root. */
export interface Launcher {
  start(launch: Launch): ChildProcess
  /** Makes a folder that the programs may write, of mode 0700 where no other is given. */
  makeFolder(folder: string, mode?: number): Promise<void>
  /** Gives a file to the user of the programs. */
  give(file: string): Promise<void>
  /** The user of the programs. */
  uid: number
  /** They run as another user than this process. */
  isOtherUser: boolean
}

const linksInside = '/postgres/links'
const nativeInside = '/postgres/native'
const foldersInside: Record<FolderName, string> = {
  data: '/postgres/data',
  socket: '/postgres/socket',
  setup: '/postgres/setup',
}

/** @throws SluiceError POSTGRES_ROOT_UNISOLATED when this user is root and `isolation` gives no other user */
export async function makeLauncher(
  binaries: Binaries,
  linksFolder: string,
  isolation: Isolation | undefined,
): Promise<Launcher> {
  const ownUid = process.getuid?.() ?? 0
  if (ownUid !== 0) return directLauncher(binaries, linksFolder, ownUid)
  const owner = isolation?.owner('postgres') ?? null
  if (isolation === undefined || owner === null || owner.uid === 0) {
    throw new SluiceError<PostgresErrorCode>(
      'POSTGRES_ROOT_UNISOLATED',
      'Cannot start PostgreSQL as root: it has to run as another user, and this machine allows no sandbox for one; start as an ordinary user or set DATABASE_URL',
    )
  }
  return isolatedLauncher(binaries, linksFolder, isolation, owner)
}

async function directLauncher(binaries: Binaries, linksFolder: string, uid: number): Promise<Launcher> {
  await makeLinks(binaries, linksFolder, join(binaries.nativeFolder, 'lib'))
  return {
    uid,
    isOtherUser: false,
    makeFolder: async (folder, mode) => void (await mkdir(folder, { recursive: true, mode: mode ?? 0o700 })),
    give: () => Promise.resolve(),
    start: (launch) =>
      spawn(
        join(binaries.nativeFolder, 'bin', launch.program),
        launch.arguments((name) => launch.folders[name] ?? ''),
        {
          cwd: '/',
          env: environment(binaries, [linksFolder, join(binaries.nativeFolder, 'lib')]),
          stdio: ['ignore', launch.output, launch.output],
          detached: true,
        },
      ),
  }
}

async function isolatedLauncher(
  binaries: Binaries,
  linksFolder: string,
  isolation: Isolation,
  owner: { uid: number; gid: number },
): Promise<Launcher> {
  const native: BoundPath = { from: binaries.nativeFolder, to: nativeInside }
  const links: BoundPath = { from: linksFolder, to: linksInside }
  await makeLinks(binaries, linksFolder, join(isolation.inside(native), 'lib'))
  const give = (path: string): Promise<void> => chown(path, owner.uid, owner.gid)
  return {
    uid: owner.uid,
    give,
    isOtherUser: true,
    makeFolder: async (folder, mode = 0o700) => {
      await mkdir(folder, { recursive: true, mode })
      await chmod(folder, mode)
      await give(folder)
    },
    start(launch) {
      const bound = boundFolders(launch)
      const command = isolation.command({
        command: [
          join(isolation.inside(native), 'bin', launch.program),
          ...launch.arguments((name) => isolation.inside(bound[name] ?? { from: '', to: '' })),
        ],
        cwd: '/',
        env: environment(binaries, [isolation.inside(links), join(isolation.inside(native), 'lib')]),
        readOnlyPaths: [native, links],
        writablePaths: Object.values(bound),
        network: true,
        user: 'postgres',
        surviveParent: launch.surviveParent,
      })
      const child = spawn(command.file, command.args, {
        cwd: command.cwd,
        env: command.env,
        stdio: ['pipe', launch.output, launch.output],
        detached: true,
      })
      child.stdin?.on('error', () => {}) // it ended already: its exit status says why
      child.stdin?.end(command.input)
      return child
    },
  }
}

function boundFolders(launch: Launch): Partial<Record<FolderName, BoundPath>> {
  return Object.fromEntries(
    Object.entries(launch.folders).map(([name, from]) => [name, { from, to: foldersInside[name as FolderName] }]),
  )
}

/** A library found by a link looks for its own libraries beside the link: both folders are needed. */
function environment(binaries: Binaries, libraryFolders: string[]): Record<string, string> {
  const isComplete = Object.keys(binaries.missingLinks).length === 0
  return {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(isComplete ? {} : { LD_LIBRARY_PATH: libraryFolders.join(':') }),
  }
}

/** Makes the links that npm did not make, in a folder of ours: `node_modules` may belong to somebody else. */
async function makeLinks(binaries: Binaries, linksFolder: string, libFolder: string): Promise<void> {
  await rm(linksFolder, { recursive: true, force: true })
  await mkdir(linksFolder, { recursive: true, mode: 0o755 })
  for (const [name, file] of Object.entries(binaries.missingLinks))
    await symlink(join(libFolder, file), join(linksFolder, name))
}
