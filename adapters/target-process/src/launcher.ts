/** Starts programs of a release in the sandbox: what they see, and with which variables. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { BoundPath, IsolatedSpec, Isolation } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import type { ServiceSettings } from '@sluice/rollout'
import { markerName } from './process-identity.ts'

export interface LauncherOptions {
  isolation: Isolation
  /** Folder that holds the pinned `node`. */
  nodeFolder: string
  /** More that the programs may read, such as the folder of PostgreSQL's socket. */
  readOnlyPaths?: (string | BoundPath)[]
}

export interface Launch {
  releaseFolder: string
  releaseDigest: string
  service: ServiceSettings
  command: readonly string[]
  /** Variables beyond the policy's, secrets among them. */
  env: Record<string, string>
  marker: string
  surviveParent: boolean
  stdio: StdioOptions
}

const systemPath = '/usr/local/bin:/usr/bin:/bin'

function specOf(launch: Launch, { isolation, nodeFolder, readOnlyPaths = [] }: LauncherOptions): IsolatedSpec {
  const release = { from: launch.releaseFolder, to: '/release' }
  const node = { from: nodeFolder, to: '/opt/sluice-node' }
  return {
    command: launch.command,
    cwd: isolation.inside(release),
    env: {
      ...launch.service.policy.environment,
      PATH: `${isolation.inside(node)}:${systemPath}`,
      ENVIRONMENT: launch.service.environment,
      RELEASE_DIGEST: launch.releaseDigest,
      ...launch.env,
    },
    readOnlyPaths: [release, node, ...readOnlyPaths],
    writablePaths: [],
    network: true,
    hostname: launch.service.environment,
    user: 'service',
    surviveParent: launch.surviveParent,
  }
}

/**
 * Spawns the program as the leader of a process group. Resolves when it exists.
 * @throws SluiceError `TARGET_START_FAILED`
 */
export async function launch(what: Launch, options: LauncherOptions): Promise<ChildProcess> {
  const { file, args, env, cwd, input } = options.isolation.command(specOf(what, options))
  try {
    const child = spawn(file, args, {
      env: { ...env, [markerName]: what.marker },
      cwd,
      detached: true,
      stdio: what.stdio,
    })
    child.stdin?.on('error', () => undefined)
    await once(child, 'spawn')
    child.stdin?.end(input)
    return child
  } catch (error) {
    throw new SluiceError(
      'TARGET_START_FAILED',
      `Cannot start "${what.command.join(' ')}" of release ${what.releaseDigest}: ${(error as Error).message}`,
      { cause: error },
    )
  }
}
