import type { DockerEngine } from './docker-engine.ts'
import { readFrames } from './read-frames.ts'
import type { Service } from './service.ts'

const lines = 20

/** The last lines of a service's log, each set in. */
export async function logTail(engine: DockerEngine, { id, name }: Service): Promise<string> {
  const query = { stdout: 1, stderr: 1, tail: lines }
  const action = `read the log of service "${name}"`
  const answer = await engine.stream({ action, method: 'GET', path: `/containers/${id}/logs`, query })
  const parts = await Array.fromAsync(readFrames(answer))
  const text = Buffer.concat(parts.map(({ bytes }) => bytes))
    .toString('utf8')
    .trimEnd()
  return text === '' ? '  (nothing)' : text.replaceAll(/^/gm, '  ')
}
