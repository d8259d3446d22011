import { execFileSync } from 'node:child_process'
import type { BoundPath, Isolation } from '@sluice/execution'

const uid = 64_321
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/**
 * A small sandbox for these tests: another uid, a mount and a pid namespace, the folders bound. The platform's own is
 * another adapter; this one shows that PostgreSQL needs no more than the port promises. Needs root.
 */
export const sandbox: Isolation = {
  level: 'uid',
  inside: (path) => path.to.replace(/^\/postgres/, '/srv'),
  owner: () => ({ uid, gid: uid }),
  home: () => '/nonexistent',
  command(spec) {
    const bound = [...spec.readOnlyPaths.map(asBound), ...spec.writablePaths]
    const script = [
      'set -e',
      'mount -t tmpfs -o mode=755 none /mnt',
      `printf 'postgres:x:${uid}:${uid}::/nonexistent:/bin/sh\n' > /mnt/passwd`,
      'mount --bind /mnt/passwd /etc/passwd',
      'mkdir -p /mnt/postgres',

      ...bound.flatMap(({ from, to }) => [`mkdir -p /mnt${quote(to)}`, `mount --bind ${quote(from)} /mnt${quote(to)}`]),
      'mount --rbind /mnt/postgres /srv',
      `exec setpriv --reuid ${uid} --regid ${uid} --clear-groups -- ${spec.command.map(quote).join(' ')}`,
    ].join('\n')
    return {
      file: 'unshare',
      args: ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc', 'sh', '-s'],
      env: { ...spec.env },
      cwd: '/',
      input: `${script}\n`,
    }
  },
}

/** Whether this machine can make it. */
export function canSandbox(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function asBound(path: string | BoundPath): BoundPath {
  return typeof path === 'string' ? { from: path, to: path } : path
}
