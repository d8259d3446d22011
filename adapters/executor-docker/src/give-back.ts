import { SluiceError } from '@sluice/kernel'
import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import { textOf } from './docker-engine.ts'
import { exitStatusOf } from './exit-status-of.ts'
import { ownerLabel } from './labels.ts'
import { removeContainer } from './leavings.ts'
import { createContainer, startContainer } from './start-container.ts'

export interface GiveBackRequest {
  engine: DockerEngine
  facts: EngineFacts
  owner: string
  /** One with `chown`, as the job's has that wrote the files. */
  image: string
  folder: string
}

/**
 * Gives all files of a folder to this process's user, who may not be allowed to do that itself: by the engine, in a container
 * that may do nothing else.
 * @throws SluiceError EXECUTOR_DOCKER_REFUSED, as where the image has no `chown`
 */
export async function giveBack({ engine, facts, owner, image, folder }: GiveBackRequest): Promise<void> {
  // A rootless engine's root is this user.
  const user = facts.isRootless ? '0:0' : `${process.geteuid?.() ?? 0}:${process.getegid?.() ?? 0}`
  const what = 'the container that gives files back'
  const body = {
    Image: image,
    Entrypoint: ['chown'],
    Cmd: ['-R', '-h', user, '/given'],
    User: '0:0',
    WorkingDir: '/',
    NetworkDisabled: true,
    Labels: { [ownerLabel]: owner },
    HostConfig: {
      Mounts: [{ Type: 'bind', Source: folder, Target: '/given' }],
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN', 'DAC_READ_SEARCH'],
      LogConfig: { Type: 'none' },
      ReadonlyRootfs: true,
      ...(facts.remapsUsers ? { UsernsMode: 'host' } : {}),
    },
  }
  const id = await createContainer({ engine, what, body })
  try {
    const path = `/containers/${id}/wait`
    const query = { condition: 'next-exit' }
    const exit = await engine.stream({ action: `wait for ${what}`, method: 'POST', path, query })
    exit.on('error', () => undefined)
    try {
      await startContainer(engine, id, what)
      const status = exitStatusOf(await textOf(exit))
      if (status !== 0) throw notGiven(folder, image, status)
    } finally {
      exit.destroy()
    }
  } finally {
    await removeContainer(engine, id)
  }
}

function notGiven(folder: string, image: string, status: number | null): SluiceError {
  const end = status === null ? 'the engine does not say how it ended' : `it ended with exit code ${status}; wanted 0`
  return new SluiceError(
    'EXECUTOR_DOCKER_REFUSED',
    `Cannot give files of "${folder}" back by "chown" of image "${image}": ${end}`,
  )
}
