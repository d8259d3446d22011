import { createInterface } from 'node:readline'
import { SluiceError } from '@sluice/kernel'
import type { ImageRequest } from './image-request.ts'
import { PullProgress, type PullEvent } from './pull-progress.ts'

/** Has the engine get an image from its registry. @throws SluiceError EXECUTOR_DOCKER_PULL_FAILED with the registry's words */
export async function pullImage(request: ImageRequest, name: string): Promise<void> {
  const { engine, image, say, authOf, signal } = request
  await say(`Pulling docker image ${image.name} ...`)
  const platform = image.docker?.platform
  const query = { fromImage: name, ...(platform === undefined ? {} : { platform }) }
  const auth = await authOf(name)
  try {
    const action = `pull image "${name}"`
    const answer = await engine.stream({ action, method: 'POST', path: '/images/create', query, auth, signal })
    // Aborted, the connection ends and with it the pull.
    signal.addEventListener('abort', () => answer.destroy(), { once: true })
    const progress = new PullProgress()
    for await (const line of createInterface({ input: answer })) {
      const event = eventOf(line)
      if (event.error !== undefined) throw refused(image.name, event.error)
      const told = progress.take(event)
      if (told !== null) await say(told)
    }
  } catch (cause) {
    signal.throwIfAborted()
    const isRefusal = cause instanceof SluiceError && cause.code === 'EXECUTOR_DOCKER_REFUSED'
    throw isRefusal ? refused(image.name, (cause.cause as Error).message) : cause
  }
  signal.throwIfAborted()
}

function eventOf(line: string): PullEvent {
  try {
    return JSON.parse(line) as PullEvent
  } catch {
    return {}
  }
}

function refused(name: string, words: string): SluiceError {
  return new SluiceError('EXECUTOR_DOCKER_PULL_FAILED', `Cannot pull image "${name}": ${words.trim()}`)
}
