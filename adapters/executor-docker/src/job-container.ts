import { overlayOptions, type WorkspaceRequest, type WritablePath } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import type { DockerEngine } from './docker-engine.ts'
import type { JobPlace } from './job-place.ts'
import { folderLabel, ownerLabel } from './labels.ts'
import { restrictions } from './restrictions.ts'
import { createContainer } from './start-container.ts'

/** By this name services reach the job, as in GitLab Runner with a network for each job. */
const jobAlias = 'build'

/**
 * Makes the container of a job's steps: its entrypoint gets `sh` to run, as GitLab Runner gives it a shell. What it writes is
 * read as it comes, and the engine keeps no log.
 * @throws SluiceError EXECUTOR_DOCKER_ELSEWHERE, EXECUTOR_DOCKER_REFUSED
 */
export async function makeJobContainer({ project }: WorkspaceRequest, place: JobPlace): Promise<string> {
  const { engine, owner, network, image, found, environment, leavings } = place
  const what = `the container of image "${image.name}"`
  const body = {
    Image: found.id,
    ...(image.entrypoint.length === 0 ? {} : { Entrypoint: image.entrypoint }),
    Cmd: ['sh'],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Env: Object.entries(environment.env).map(([key, value]) => `${key}=${value}`),
    ...(image.docker?.user === undefined ? {} : { User: image.docker.user }),
    WorkingDir: `/builds/${project}`,
    Labels: { [ownerLabel]: owner, [folderLabel]: place.workspace.folder },
    // The image's own check is of a service, which this is not.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...restrictions,
      Mounts: await mountsOf(project, place),
      NetworkMode: network,
      LogConfig: { Type: 'none' },
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [jobAlias] } } },
  }
  try {
    const id = await createContainer({ engine, what, body })
    leavings.addContainer(id)
    return id
  } catch (cause) {
    if (!(cause instanceof SluiceError) || !/bind source path does not exist/.test(cause.message)) throw cause
    const message = `Cannot make ${what}: the Docker engine does not see "${place.workspace.folder}"; wanted an engine of this machine`
    throw new SluiceError('EXECUTOR_DOCKER_ELSEWHERE', message, { cause })
  }
}

async function mountsOf(project: string, { engine, owner, workspace, leavings }: JobPlace): Promise<object[]> {
  const bound = workspace.bound()
  const target = `/builds/${project}`
  const bind = (from: string, to: string, isReadOnly: boolean): object => ({
    Type: 'bind',
    Source: from,
    Target: to,
    ReadOnly: isReadOnly,
  })
  const readOnly = bound.readOnly.map(({ from, to }) => bind(from, to, true))
  const control = bind(bound.control, `${target}.tmp`, true)
  const { layers } = bound.workspace
  if (layers === undefined) return [bind(bound.workspace.from, target, false), control, ...readOnly]
  const volume = await makeLayeredVolume(engine, owner, { ...bound.workspace, layers })
  leavings.addVolume(volume)
  return [{ Type: 'volume', Source: volume, Target: target, VolumeOptions: { NoCopy: true } }, control, ...readOnly]
}

/** A volume that the engine mounts from the layers whenever a container that has it is started. */
async function makeLayeredVolume(
  engine: DockerEngine,
  owner: string,
  { from, layers }: WritablePath & { layers: NonNullable<WritablePath['layers']> },
): Promise<string> {
  const options = { type: 'overlay', device: 'overlay', o: `nosuid,nodev,${overlayOptions(from, layers)}` }
  const body = {
    Name: `sluice-${crypto.randomUUID()}`,
    Driver: 'local',
    DriverOpts: options,
    Labels: { [ownerLabel]: owner },
  }
  const call = { action: 'make a volume', method: 'POST', path: '/volumes/create', body } as const
  return (await engine.call<{ Name: string }>(call)).Name
}
