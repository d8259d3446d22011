import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import { giveBack } from './give-back.ts'
import { folderLabel, ownerLabel } from './labels.ts'
import { removeContainer, removeNetwork, removeVolume } from './leavings.ts'

interface Labelled {
  Id: string
  ImageID: string
  Labels: Record<string, string>
}

/** Takes away what an executor of this name left that was killed. */
export async function removeLeftovers(engine: DockerEngine, facts: EngineFacts, owner: string): Promise<void> {
  const query = { all: 1, filters: { label: [`${ownerLabel}=${owner}`] } }
  const list = async <T>(what: string): Promise<T> =>
    engine.call<T>({ action: `list ${what}`, method: 'GET', path: `/${what}`, query })
  const containers = await engine.call<Labelled[]>({
    action: 'list containers',
    method: 'GET',
    path: '/containers/json',
    query,
  })
  for (const { Id: id, ImageID: image, Labels: labels } of containers) {
    await removeContainer(engine, id)
    const folder = labels[folderLabel]
    if (folder !== undefined) await giveBack({ engine, facts, owner, image, folder }).catch(() => undefined)
  }
  for (const { Name: name } of (await list<{ Volumes: { Name: string }[] | null }>('volumes')).Volumes ?? [])
    await removeVolume(engine, name)
  for (const { Id: id } of await list<{ Id: string }[]>('networks')) await removeNetwork(engine, id)
}
