import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const systemSocket = '/var/run/docker.sock'

/** Where an engine listens that nobody named: the system's, else the user's own, of a rootless engine or Docker Desktop. */
export function engineSocket(): string {
  const runtime = process.env['XDG_RUNTIME_DIR']
  const own = [
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(homedir(), '.docker', 'run', 'docker.sock'),
  ]
  return [systemSocket, ...own].find((place) => existsSync(place)) ?? systemSocket
}
