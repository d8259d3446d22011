import { overlayOptions, type BoundPath, type IsolatedSpec, type Layers, type WritablePath } from '@sluice/execution'
import { boundPath } from './check-spec.ts'
import { sandboxUser, type SandboxUser } from './isolated-users.ts'
import { shellQuote as q } from './shell-quote.ts'

/** What of the machine is needed to write the script: read once, when isolation is detected. */
export interface MachineLayout {
  /** Folders of programs and libraries that are real folders: bound read-only. */
  systemFolders: readonly string[]
  /** Those that are links, such as `/bin` → `usr/bin`: copied as links. */
  systemLinks: readonly (readonly [path: string, target: string])[]
  /** Real path of `/etc/resolv.conf` where it lies outside `/etc`, as with systemd-resolved; else `null`. */
  resolvConf: string | null
  /** Existing folders on which the new root can be mounted; one is taken that hides nothing of what is bound. */
  mountPoints: readonly string[]
}

export type SandboxMode = 'uid' | 'user-namespace'

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/**
 * The script that the first process of the sandbox runs: it builds a root of its own, moves into it, and starts the
 * command without rights. It holds paths and the command's words, no secret: the environment comes by standard input.
 * This process stays as number 1 of its pid namespace: it reaps orphans, and with its end the kernel kills what is left.
 */
export function sandboxScript(spec: IsolatedSpec, mode: SandboxMode, machine: MachineLayout): string {
  const user = sandboxUser(spec.user)
  const root = mountPointFor(spec, machine)
  return [
    'fail() { echo "sluice-sandbox: $1" >&2; exit 125; }',
    'umask 022; ulimit -c 0',
    // The command gets these signals itself, as a member of the group; the handlers keep number 1 until it has ended.
    'trap : TERM INT HUP QUIT USR1 USR2',
    `mount -t tmpfs -o mode=0755,size=16m,nosuid,nodev sluice ${q(root)} || fail "cannot mount a root"`,
    `cd ${q(root)} || fail "cannot enter the root"`,
    ...systemLines(machine),
    ...accountLines(user, machine),
    ...deviceLines(),
    ...privateFolderLines(spec, user),
    ...boundPathLines(spec, mode),
    `hostname ${q(spec.hostname ?? 'sandbox')} || fail "cannot set the host name"`,
    'mkdir .old && pivot_root . .old && cd / && umount -l /.old && rmdir /.old || fail "cannot enter the new root"',
    'mount -o remount,bind,ro,nosuid,nodev / || fail "cannot close the root"',
    `${dropRights(mode, user)} /bin/sh -c ${q(entryScript)} sh ${[spec.cwd, ...spec.command].map(q).join(' ')}`,
    'exit $?',
  ].join('\n')
}

/**
 * Runs with the rights of the command already: variables such as LD_PRELOAD must not reach a program that still has
 * others. A shortened environment (its writer died) starts nothing.
 */
const entryScript = `environment=$(cat)
case "$environment" in
  *SLUICE_ENVIRONMENT_END=1) eval "$environment" ;;
  *) echo "sluice-sandbox: the environment was cut off" >&2; exit 125 ;;
esac
unset environment SLUICE_ENVIRONMENT_END
cd "$1" || exit 125
shift
exec "$@" </dev/null`

function dropRights(mode: SandboxMode, user: SandboxUser): string {
  const { number } = user
  if (mode === 'uid')
    return `setpriv --reuid=${number} --regid=${number} --clear-groups --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs`
  // A second user namespace: in the first one the process may mount, here it has no capability over anything.
  return `unshare --user --map-user=${number} --map-group=${number} setpriv --no-new-privs`
}

function systemLines(machine: MachineLayout): string[] {
  return [
    ...machine.systemFolders.flatMap((folder) => bindLines(folder, folder, 'ro,')),
    machine.systemLinks.length === 0
      ? ''
      : `cp -P ${machine.systemLinks.map(([path]) => q(path)).join(' ')} . || fail "cannot link"`,
    'mkdir proc && mount -t proc -o nosuid,nodev,noexec proc proc || fail "cannot mount /proc"',
  ]
}

/** The machine's accounts and one more, so that the user inside has a name; a resolver file that is a link is copied. */
function accountLines(user: SandboxUser, machine: MachineLayout): string[] {
  const { name, number, home } = user
  const files = [
    `mkdir .etc && { cat /etc/passwd; echo ${q(`${name}:x:${number}:${number}:${name}:${home}:/bin/bash`)}; } >.etc/passwd`,
    `{ cat /etc/group; echo ${q(`${name}:x:${number}:`)}; } >.etc/group`,
    'for file in passwd group; do',
    '  mount --bind .etc/$file etc/$file && mount -o remount,bind,ro,nosuid,nodev etc/$file || fail "cannot add an account"',
    'done',
  ]
  if (machine.resolvConf === null) return files
  const copy = `.${machine.resolvConf}`
  return [...files, `mkdir -p "$(dirname ${q(copy)})" && cat ${q(machine.resolvConf)} >${q(copy)}`]
}

function deviceLines(): string[] {
  return [
    `mkdir -p dev/shm && cd dev && for file in ${devices.join(' ')}; do`,
    '  : >$file && mount --bind /dev/$file $file || fail "cannot give /dev/$file"',
    'done',
    'ln -s /proc/self/fd fd; ln -s fd/0 stdin; ln -s fd/1 stdout; ln -s fd/2 stderr; cd ..',
    'mount -t tmpfs -o mode=1777,size=1g,nosuid,nodev sluice dev/shm || fail "cannot mount /dev/shm"',
  ]
}

/** `/tmp` and HOME in memory, unless the caller binds folders there. */
function privateFolderLines(spec: IsolatedSpec, user: SandboxUser): string[] {
  const bound = new Set(spec.writablePaths.map(({ to }) => to))
  const inMemory = (path: string, mode: string): string[] =>
    bound.has(path)
      ? []
      : [
          `mkdir -p .${path} && mount -t tmpfs -o mode=${mode},nosuid,nodev sluice .${path} || fail "cannot mount ${path}"`,
        ]
  return [...inMemory('/tmp', '1777'), ...inMemory(user.home, '1777')]
}

/** Outer places first: a place inside of another one must be bound after it. */
function boundPathLines(spec: IsolatedSpec, mode: SandboxMode): string[] {
  const readOnly = spec.readOnlyPaths.map((path) => ({ ...boundPath(path), options: 'ro,' as const }))
  const writable = spec.writablePaths.map((path) => ({ ...path, options: '' as const }))
  const lines = (path: WritablePath & { options: '' | 'ro,' }): string[] =>
    path.layers === undefined
      ? bindLines(path.from, path.to, path.options)
      : [`mkdir -p ${q(`.${path.to}`)}`, overlayLine(path.from, path.layers, `.${path.to}`, mode)]
  return [...readOnly, ...writable].toSorted((a, b) => a.to.length - b.to.length).flatMap(lines)
}

/** Mounts a writable folder with the folders beneath it. */
function overlayLine(upper: string, layers: Layers, target: string, mode: SandboxMode): string {
  const options = `nosuid,nodev,${layerOptions(upper, layers, mode)}`
  return `mount -t overlay -o ${q(options)} sluice ${q(target)} || fail "cannot mount the layers"`
}

export const layerOptions = (upper: string, layers: Layers, mode: SandboxMode): string =>
  overlayOptions(upper, layers, mode !== 'uid')

/** Shows a writable folder with its layers, in a mount namespace of its own, until standard input ends. */
export function viewScript({ from, layers }: BoundPath & { layers: Layers }, mode: SandboxMode): string {
  return [
    'fail() { echo "sluice-sandbox: $1" >&2; exit 125; }',
    overlayLine(from, layers, from, mode),
    `cd ${q(from)} && echo ready && exec cat >/dev/null`,
  ].join('\n')
}

/**
 * Binds a file or folder, at first without the mounts below it. Where that is refused (in a user namespace, when there
 * are some) it takes them along. A source mounted `noexec` must stay so, hence the second try.
 */
function bindLines(from: string, to: string, readOnly: '' | 'ro,'): string[] {
  const target = `.${to}`
  const place = `if [ -d ${q(from)} ]; then mkdir -p ${q(target)}; else mkdir -p "$(dirname ${q(target)})" && : >${q(target)}; fi`
  const options = `${readOnly}nosuid,nodev`
  return [
    place,
    `mount --bind ${q(from)} ${q(target)} 2>/dev/null || mount --rbind ${q(from)} ${q(target)} || fail ${q(`cannot bind ${from}`)}`,
    `mount -o remount,bind,${options} ${q(target)} 2>/dev/null || mount -o remount,bind,${options},noexec ${q(target)} || fail ${q(`cannot bind ${from}`)}`,
  ]
}

/** A folder that the new root can be mounted on, as it hides nothing of what is bound. */
export function mountPointFor(spec: IsolatedSpec, machine: MachineLayout): string {
  const sources = [...spec.readOnlyPaths.map(boundPath), ...spec.writablePaths].map(({ from }) => from)
  if (machine.resolvConf !== null) sources.push(machine.resolvConf)
  const hides = (point: string): boolean => sources.some((from) => from === point || from.startsWith(`${point}/`))
  return machine.mountPoints.find((point) => !hides(point)) ?? '/mnt'
}
