import { readFileSync, statSync } from 'node:fs'
import type { IsolatedSpec } from '@sluice/execution'
import { CallList, outputFile, savedResult } from './call-list.ts'
import { boundPath, checkSpec } from './check-spec.ts'
import { sandboxUser, type SandboxUser } from './isolated-users.ts'
import { sandboxEnvironment } from './sandbox-environment.ts'
import { layerOptions, mountPointFor, type MachineLayout, type SandboxMode } from './sandbox-script.ts'
import { standardPath } from './standard-path.ts'
import type { SystemCalls } from './system-calls.ts'

/** linux/mount.h */
const mounting = {
  readOnly: 1,
  noSetUser: 2,
  noDevices: 4,
  noPrograms: 8,
  again: 32,
  bind: 4096,
  whole: 16384,
} as const
const safe = mounting.noSetUser | mounting.noDevices
const detached = 2
/** fcntl.h: paths begin at the current folder; a file to be written anew. */
const here = -100
const writtenAnew = 0x80000 | 0o1101
const writtenTo = 0x80000 | 1
const removesFolder = 0x200
const regularFile = 0o100644
/** linux/sched.h, linux/prctl.h, linux/capability.h, linux/close_range.h */
const newUsers = 0x10000000
const deathSignal = 1
const killSignal = 9
const capabilityVersion = 0x20080522
const closeAtExec = 4

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
const deviceLinks = [
  ['/proc/self/fd', 'fd'],
  ['fd/0', 'stdin'],
  ['fd/1', 'stdout'],
  ['fd/2', 'stderr'],
] as const

/**
 * The sandbox that `sandboxScript` describes, as system calls: what spawner.pl does itself, then number 1, then the command.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function sandboxCalls(
  spec: IsolatedSpec,
  mode: SandboxMode,
  machine: MachineLayout,
  numbers: SystemCalls,
): CallList {
  checkSpec(spec)
  return new SandboxCalls(spec, mode, machine, numbers).list
}

class SandboxCalls {
  readonly list: CallList
  readonly #spec: IsolatedSpec
  readonly #mode: SandboxMode
  readonly #user: SandboxUser
  /** Folders made below the new root. */
  readonly #made = new Set<string>([''])

  constructor(spec: IsolatedSpec, mode: SandboxMode, machine: MachineLayout, numbers: SystemCalls) {
    this.list = new CallList(numbers)
    this.#spec = spec
    this.#mode = mode
    this.#user = sandboxUser(spec.user)
    this.#buildRoot(machine)
    this.list.endPart()
    this.#enterRoot()
    this.list.endPart()
    this.#dropRights()
    this.#startCommand()
    this.list.endPart()
  }

  #buildRoot(machine: MachineLayout): void {
    const root = mountPointFor(this.#spec, machine)
    const { number } = this.#user
    this.#memory(root, 'mode=0755,size=16m', 'cannot mount a root')
    this.list.add('chdir', [root], { fault: 'cannot enter the root' })
    // Else "echo x >/dev/stderr" would be refused: that opens the pipe again.
    if (this.#mode === 'uid') this.list.add('fchown', [outputFile, number, number])
    for (const folder of machine.systemFolders) this.#bind(folder, folder, true)
    for (const [path, target] of machine.systemLinks)
      this.list.add('symlinkat', [target, here, `.${path}`], { fault: 'cannot link' })
    this.#folder('/proc')
    this.#addAccounts()
    if (machine.resolvConf !== null) this.#copyResolver(machine.resolvConf)
    this.#addDevices()
    this.#addPrivateFolders()
    this.#addBoundPaths()
    this.list.add('mkdirat', [here, '.old', 0o755], { fault: 'cannot enter the new root' })
  }

  /** The machine's accounts and one more, so that the user inside has a name. */
  #addAccounts(): void {
    const { name, number, home } = this.#user
    this.#folder('/.etc')
    const fault = 'cannot add an account'
    for (const [file, line] of [
      ['passwd', `${name}:x:${number}:${number}:${name}:${home}:/bin/bash\n`],
      ['group', `${name}:x:${number}:\n`],
    ] as const) {
      this.#write(`.etc/${file}`, Buffer.from(readFileSync(`/etc/${file}`, 'utf8') + line), writtenAnew, fault)
      this.list.add('mount', [`.etc/${file}`, `etc/${file}`, 0, mounting.bind], { fault })
      const flags = mounting.again | mounting.bind | mounting.readOnly | safe
      this.list.add('mount', ['none', `etc/${file}`, 0, flags], { fault })
    }
  }

  #copyResolver(path: string): void {
    this.#folder(parentOf(path))
    this.#write(`.${path}`, readFileSync(path), writtenAnew)
  }

  #addDevices(): void {
    this.#folder('/dev/shm')
    for (const name of devices) {
      this.list.add('mknodat', [here, `dev/${name}`, regularFile])
      const fault = `cannot give /dev/${name}`
      this.list.add('mount', [`/dev/${name}`, `dev/${name}`, 0, mounting.bind], { fault })
    }
    for (const [target, name] of deviceLinks) this.list.add('symlinkat', [target, here, `dev/${name}`])
    this.#memory('dev/shm', 'mode=1777,size=1g', 'cannot mount /dev/shm')
  }

  /** `/tmp` and HOME in memory, unless the caller binds folders there. */
  #addPrivateFolders(): void {
    const bound = new Set(this.#spec.writablePaths.map(({ to }) => to))
    for (const path of ['/tmp', this.#user.home].filter((one) => !bound.has(one))) {
      this.#folder(path)
      this.#memory(`.${path}`, 'mode=1777', `cannot mount ${path}`)
    }
  }

  /** Outer places first: a place inside of another one must be bound after it. */
  #addBoundPaths(): void {
    const readOnly = this.#spec.readOnlyPaths.map((path) => ({
      ...boundPath(path),
      layers: undefined,
      isReadOnly: true,
    }))
    const writable = this.#spec.writablePaths.map((path) => ({ ...path, layers: path.layers, isReadOnly: false }))
    for (const { from, to, layers, isReadOnly } of [...readOnly, ...writable].toSorted(
      (a, b) => a.to.length - b.to.length,
    )) {
      if (layers === undefined) this.#bind(from, to, isReadOnly)
      else {
        this.#folder(to)
        const args = ['sluice', `.${to}`, 'overlay', safe, layerOptions(from, layers, this.#mode)]
        this.list.add('mount', args, { fault: 'cannot mount the layers' })
      }
    }
  }

  /** Only a member of the new pid namespace can mount its /proc, and in a user namespace only while the old one is seen. */
  #enterRoot(): void {
    const host = this.#spec.hostname ?? 'sandbox'
    this.list.add('setpgid', [0, 0])
    this.list.add('prctl', [deathSignal, killSignal])
    this.list.add('sethostname', [host, host.length], { fault: 'cannot set the host name' })
    const flags = safe | mounting.noPrograms
    this.list.add('mount', ['proc', 'proc', 'proc', flags, ''], { fault: 'cannot mount /proc' })
    this.list.add('pivot_root', ['.', '.old'], { fault: 'cannot enter the new root' })
    this.list.add('chdir', ['/'], { fault: 'cannot enter the new root' })
    this.list.add('umount2', ['/.old', detached], { fault: 'cannot leave the old root' })
    this.list.add('unlinkat', [here, '/.old', removesFolder], { fault: 'cannot leave the old root' })
    const closed = mounting.again | mounting.bind | mounting.readOnly | safe
    this.list.add('mount', ['none', '/', 0, closed], { fault: 'cannot close the root' })
  }

  #dropRights(): void {
    const { number } = this.#user
    this.list.add('openat', [here, '/dev/null', 0], { saves: true, fault: 'cannot empty standard input' })
    this.list.add('dup3', [savedResult, 0, 0], { fault: 'cannot empty standard input' })
    for (const target of [1, 2]) this.list.add('dup3', [outputFile, target, 0], { fault: 'cannot set standard output' })
    const fault = 'cannot change the user'
    if (this.#mode === 'uid') {
      this.list.add('setresgid', [number, number, number], { fault })
      this.list.add('setresuid', [number, number, number], { fault })
    } else {
      // A second user namespace: in the first one the process may mount, here it has no capability over anything.
      this.list.add('unshare', [newUsers], { fault })
      for (const [file, text] of [
        ['setgroups', 'deny'],
        ['uid_map', `${number} 0 1`],
        ['gid_map', `${number} 0 1`],
      ] as const)
        this.#write(`/proc/self/${file}`, Buffer.from(text), writtenTo, fault)
    }
    const version = Buffer.alloc(8)
    version.writeUInt32LE(capabilityVersion)
    this.list.add('capset', [version, Buffer.alloc(24)], { fault: 'cannot drop capabilities' })
  }

  /** The environment comes last: variables such as LD_PRELOAD must not reach a program that still has rights. */
  #startCommand(): void {
    const { cwd, command } = this.#spec
    this.list.add('chdir', [cwd], { fault: `cannot enter ${cwd}` })
    // Nothing that was open where this program was started may come along.
    this.list.add('close_range', [3, 0xff_ff_ff_ff, closeAtExec])
    const environment = sandboxEnvironment(this.#spec)
    const variables = this.list.addresses(environment.map(([key, value]) => `${key}=${value}`))
    const path = environment.find(([key]) => key === 'PATH')?.[1] ?? standardPath
    for (const program of placesOf(command[0] ?? '', path)) {
      this.list.add('execve', [program, this.list.addresses(command), variables], { execs: true })
      const asScript = this.list.addresses(['/bin/sh', program, ...command.slice(1)])
      this.list.add('execve', ['/bin/sh', asScript, variables], { execs: true, ofScript: true })
    }
  }

  #memory(path: string, options: string, fault: string): void {
    this.list.add('mount', ['sluice', path, 'tmpfs', safe, options], { fault })
  }

  /** With those that it lies in; one that is there already may stay. */
  #folder(path: string): void {
    if (this.#made.has(path)) return
    this.#made.add(path)
    this.#folder(parentOf(path))
    this.list.add('mkdirat', [here, `.${path}`, 0o777])
  }

  #write(path: string, bytes: Uint8Array, flags: number, fault?: string): void {
    const rule = fault === undefined ? {} : { fault }
    this.list.add('openat', [here, path, flags, 0o644], { saves: true, ...rule })
    this.list.add('write', [savedResult, bytes, bytes.length], rule)
    this.list.add('close', [savedResult])
  }

  /**
   * A source mounted "noexec" must stay so where it belongs to another user namespace, hence the second tries; there binding
   * without what is mounted below is refused, too.
   */
  #bind(from: string, to: string, isReadOnly: boolean): void {
    const target = `.${to}`
    if (statSync(from, { throwIfNoEntry: false })?.isDirectory() === true) this.#folder(to)
    else {
      this.#folder(parentOf(to))
      this.list.add('mknodat', [here, target, regularFile])
    }
    const fault = `cannot bind ${from}`
    this.list.add('mount', [from, target, 0, mounting.bind], { orNext: true })
    this.list.add('mount', [from, target, 0, mounting.bind | mounting.whole], { fault })
    const flags = mounting.again | mounting.bind | safe | (isReadOnly ? mounting.readOnly : 0)
    this.list.add('mount', ['none', target, 0, flags], { orNext: true })
    this.list.add('mount', ['none', target, 0, flags | mounting.noPrograms], { fault })
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** As execvp(3): a name without a slash is looked up in PATH. */
const placesOf = (program: string, path: string): string[] =>
  program.includes('/') ? [program] : path.split(':').map((folder) => `${folder === '' ? '.' : folder}/${program}`)
