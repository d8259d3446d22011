import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Images for tests: made of programs of this machine, as no registry may be reached. */
export const images = {
  /** BusyBox and no bash. */
  plain: 'sluice-test:plain',
  /** With bash, as another user. */
  user: 'sluice-test:user',
  /** Its entrypoint sets a variable and runs its arguments. */
  entry: 'sluice-test:entry',
  /** Its entrypoint runs nothing. */
  deaf: 'sluice-test:deaf',
  /** A web server on a port that it says it has; answers are files of `/www`. */
  web: 'sluice-test:web',
  /** Says that it has a port, and ends. */
  broken: 'sluice-test:broken',
  /** Is healthy a second after it started. */
  healthy: 'sluice-test:healthy',
} as const

const busybox = '/bin/busybox'
const programs =
  'sh cat nc chown id ls env sleep httpd mkdir touch wget kill grep test true false chmod wc rm mv ln stat'.split(' ')

const changes: Record<keyof typeof images, readonly string[]> = {
  plain: [],
  user: ['USER app'],
  entry: ['ENTRYPOINT ["/entry"]'],
  deaf: ['ENTRYPOINT ["true"]'],
  web: ['EXPOSE 8080', 'CMD ["httpd","-f","-p","8080","-h","/www"]'],
  broken: ['EXPOSE 8080', 'CMD ["sh","-c","echo cannot start, s3cr3t-value; exit 3"]'],
  healthy: [
    'CMD ["sh","-c","sleep 1; touch /ready; exec sleep 300"]',
    'HEALTHCHECK --interval=1s --timeout=5s CMD test -e /ready',
  ],
}

/** Where the engine listens, or why tests cannot use one. */
export function findEngine(): { socket: string; missing: null } | { socket: null; missing: string } {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  const socket = host.replace(/^unix:\/\//, '')
  const missing = (reason: string) => ({ socket: null, missing: reason })
  if (!existsSync(socket)) return missing(`no Docker engine at ${host}; name one in DOCKER_HOST`)
  if (!existsSync(busybox)) return missing(`no ${busybox}; install busybox-static`)
  return { socket, missing: null }
}

/** Gives the engine all images. Those of an earlier test are replaced. */
export async function makeImages(socket: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'sluice-image-'))
  try {
    makeRoot(root)
    for (const name of ['plain', 'entry', 'deaf', 'web', 'broken', 'healthy'] as const)
      await importImage(socket, root, name)
    addBash(root)
    await importImage(socket, root, 'user')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function makeRoot(root: string): void {
  chmodSync(root, 0o755)
  for (const folder of ['bin', 'etc', 'www', 'root', 'home/app']) mkdirSync(join(root, folder), { recursive: true })
  mkdirSync(join(root, 'tmp'))
  chmodSync(join(root, 'tmp'), 0o1777)
  copyFileSync(busybox, join(root, 'bin/busybox'))
  for (const program of programs) symlinkSync('busybox', join(root, 'bin', program))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1234:1234::/home/app:/bin/sh\n')
  writeFileSync(join(root, 'www/hello'), 'hello from the service\n')
  writeFileSync(
    join(root, 'entry'),
    '#!/bin/sh\nexport FROM_ENTRYPOINT="$A_VARIABLE"\necho entrypoint ran\nexec "$@"\n',
  )
  chmodSync(join(root, 'entry'), 0o755)
}

/** With the libraries that it is linked to. */
function addBash(root: string): void {
  const listed = execFileSync('ldd', ['/bin/bash'], { encoding: 'utf8' })
  for (const file of ['/bin/bash', ...(listed.match(/\/\S+/g) ?? [])]) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    copyFileSync(file, join(root, file))
  }
}

async function importImage(socket: string, root: string, name: keyof typeof images): Promise<void> {
  const [repo = '', tag = ''] = images[name].split(':')
  const query = new URLSearchParams({ fromSrc: '-', repo, tag })
  for (const change of changes[name]) query.append('changes', change)
  const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const call = request({ socketPath: socket, method: 'POST', path: `/images/create?${query.toString()}` })
  tar.stdout.pipe(call)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  const text = (await Array.fromAsync(answer)).join('')
  if (answer.statusCode !== 200 || text.includes('"error"')) throw new Error(`Cannot import ${images[name]}: ${text}`)
}
