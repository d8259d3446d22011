import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanVariable } from '@sluice/contracts/plan'
import { serverAtBase, withToken, type ProjectServer } from '@sluice/git'
import { SluiceError, type Clock } from '@sluice/kernel'
import type { FarSource, IncludeAnswer, IncludeSource } from '@sluice/pipeline'
import type { CliErrorCode } from '../errors.ts'
import { openLocalFolder } from '../run/local-folder.ts'

/** What a folder's pipeline includes from elsewhere, while it is compiled. */
export interface FolderIncludes {
  source: IncludeSource
  /** What the pipeline may call the server by: CI_SERVER_FQDN and CI_SERVER_HOST; none where no server is known. */
  variables: PlanVariable[]
  /** Removes what is not to be kept. */
  close: () => Promise<void>
}

interface Settings {
  folder: string
  /** The server of the remote `origin`, `null` without one. */
  origin: ProjectServer | null
  /** Forget what was kept. */
  refresh: boolean
  clock: Clock
  env: Readonly<Record<string, string | undefined>>
}

/** All includes of one compilation together. */
const longestMs = 180_000

/**
 * Where a folder's includes are found: projects on the server of its remote `origin`, or at SLUICE_PROJECTS; templates at
 * SLUICE_TEMPLATES, else in GitLab's own repository. Answers are kept in `.sluice/local/includes`.
 * @throws SluiceError CLI_PIPELINE_SERVER_WRONG
 */
export function openIncludes({ folder, origin, refresh, clock, env }: Settings): FolderIncludes {
  const server = serverOf(origin, env)
  const store = new IncludeStore(folder, refresh)
  const begunMs = clock.now()
  let opened: Promise<(source: FarSource) => IncludeSource> | null = null
  // Most pipelines include nothing from elsewhere: then this is not loaded.
  const open = async (): Promise<(source: FarSource) => IncludeSource> => {
    const { includeSources } = await import('./include-sources.ts')
    return includeSources({ folder: await store.open(), server, clock, templates: env['SLUICE_TEMPLATES'] })
  }
  const read = async (source: FarSource): Promise<IncludeAnswer> => {
    if (clock.now() - begunMs > longestMs) return { kind: 'missing', fault: tooLong }
    opened ??= open()
    return (await opened)(source).read(source)
  }
  return {
    source: { read },
    variables: server === null ? [] : serverVariables(server),
    close: () => store.close(),
  }
}

const tooLong = `all includes together take more than ${longestMs / 60_000} minutes`

/** The token goes to the server that is named beside it, never to whatever server a checkout came from. */
function serverOf(origin: ProjectServer | null, env: Settings['env']): ProjectServer | null {
  const [base, token = ''] = [env['SLUICE_PROJECTS'], env['SLUICE_PROJECTS_TOKEN']]
  if (base === undefined || base === '') return origin
  const server = serverAtBase(base)
  if (server === null) {
    throw new SluiceError<CliErrorCode>(
      'CLI_PIPELINE_SERVER_WRONG',
      'Cannot read SLUICE_PROJECTS: it is no address of a server; wanted https://host/, ssh://git@host/, git@host: or an absolute folder',
    )
  }
  return token === '' ? server : withToken(server, token)
}

function serverVariables({ host }: ProjectServer): PlanVariable[] {
  return [
    { key: 'CI_SERVER_FQDN', value: host },
    { key: 'CI_SERVER_HOST', value: host.replace(/:\d+$/, '') },
  ]
}

/** `.sluice/local/includes` of a folder; where that cannot be written, a folder that is gone after the command. */
class IncludeStore {
  readonly #folder: string
  readonly #refresh: boolean
  #scratch: string | null = null

  constructor(folder: string, refresh: boolean) {
    this.#folder = folder
    this.#refresh = refresh
  }

  async open(): Promise<string> {
    try {
      const { includes } = await openLocalFolder(this.#folder)
      if (this.#refresh) await rm(includes, { recursive: true, force: true })
      return includes
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      this.#scratch = await mkdtemp(join(tmpdir(), 'sluice-includes-'))
      return this.#scratch
    }
  }

  async close(): Promise<void> {
    if (this.#scratch !== null) await rm(this.#scratch, { recursive: true, force: true })
  }
}
