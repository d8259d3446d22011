import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { SluiceError, type Clock } from '@sluice/kernel'
import {
  chooseVersion,
  isOpenVersion,
  isRelease,
  type ComponentSource,
  type FarSource,
  type IncludeAnswer,
  type IncludeSource,
} from '@sluice/pipeline'
import { isObjectName } from './names.ts'
import type { ProjectServer } from './project-server.ts'
import { RemoteProject, type Missing, type RemoteLimits, type RemoteRefs } from './remote-project.ts'

export interface GitIncludeOptions {
  /** For bare repositories, one a project; what was fetched once stays. */
  folder: string
  server: ProjectServer
  clock: Clock
  limits?: Partial<RemoteLimits>
}

const defaultLimits: RemoteLimits = {
  timeoutMs: 60_000,
  fetchBytes: 256 * 1024 * 1024,
  fileBytes: 1_048_576,
  refsFreshMs: 0,
}

/**
 * Files and components of the projects of one server, by Git. Refs are asked for once a project and instance, so make
 * an instance for each compilation. No hook, no setting of a repository and no credential helper takes part; a private
 * project takes the SSH agent, or the authorization of the server.
 */
export class GitIncludeSource implements IncludeSource {
  readonly #folder: string
  readonly #server: ProjectServer
  readonly #limits: RemoteLimits
  readonly #clock: Clock
  readonly #projects = new Map<string, RemoteProject>()

  constructor({ folder, server, clock, limits = {} }: GitIncludeOptions) {
    this.#clock = clock
    this.#folder = folder
    this.#server = server
    this.#limits = { ...defaultLimits, ...limits }
  }

  /** @throws SluiceError GIT_MISSING, GIT_DISK_FULL, and GIT_FAILED when our own repository is damaged */
  async read(source: FarSource): Promise<IncludeAnswer> {
    try {
      return await this.#answer(source)
    } catch (error) {
      if (error instanceof SluiceError && ['GIT_TIMEOUT', 'GIT_OUTPUT_TOO_LARGE'].includes(error.code)) {
        return { kind: 'missing', fault: `${this.#server.host} does not answer: ${error.message}`, unreachable: true }
      }
      throw error
    }
  }

  async #answer(source: FarSource): Promise<IncludeAnswer> {
    if (source.kind === 'remote' || source.kind === 'template') {
      return { kind: 'missing', fault: 'it is in no project; wanted project or component' }
    }
    if (source.kind === 'component') return this.#component(source)
    const project = this.#project(source.project)
    const found = await commitOf(project, source.project, source.ref)
    if ('fault' in found) return missing(found)
    const { commit, ...told } = found
    if (source.kind === 'project-files') {
      const listed = await project.list(commit)
      return 'fault' in listed ? missing(listed) : { kind: 'files', paths: listed.paths.toSorted(), ...told }
    }
    const read = await project.read(commit, source.path)
    return 'fault' in read ? missing(read) : { kind: 'text', text: read.text, commit, ...told }
  }

  async #component({ host, project: path, name, version }: ComponentSource): Promise<IncludeAnswer> {
    if (host !== this.#server.host) {
      return { kind: 'missing', fault: `its host is "${host}"; wanted "${this.#server.host}", where this project is` }
    }
    const project = this.#project(path)
    const found = await versionOf(project, path, version)
    if ('fault' in found) return missing(found)
    const paths = [`templates/${name}.yml`, `templates/${name}/template.yml`]
    for (const file of paths) {
      const read = await project.read(found.commit, file)
      if ('text' in read) return { kind: 'text', text: read.text, path: file, ...found }
      if (read.name !== file) return missing(read)
    }
    return { kind: 'missing', fault: `project "${path}" has neither "${paths.join('" nor "')}" at "${version}"` }
  }

  #project(path: string): RemoteProject {
    const known = this.#projects.get(path)
    if (known !== undefined) return known
    const name = createHash('sha256').update(`${this.#server.base}\n${path}`).digest('hex').slice(0, 32)
    const project = new RemoteProject(join(this.#folder, `${name}.git`), path, this.#server, this.#limits, this.#clock)
    this.#projects.set(path, project)
    return project
  }
}

function missing(missed: Missing): IncludeAnswer {
  return { kind: 'missing', ...missed }
}

/** A commit, and what is to be told about how it was found. */
interface FoundCommit {
  commit: string
  warning?: string
}

/** A full commit needs no question; a tag wins over a branch of the same name, as in Git. */
async function commitOf(project: RemoteProject, path: string, ref: string | null): Promise<FoundCommit | Missing> {
  if (ref !== null && isObjectName(ref)) return { commit: ref }
  const refs = await project.refs()
  if ('fault' in refs) return refs
  const commit = ref === null ? refs.head : (refs.tags.get(ref) ?? refs.branches.get(ref))
  return commit == null ? noRef(path, ref, refs) : { commit, ...staleness(path, refs) }
}

function staleness(path: string, { staleSinceMs }: RemoteRefs): { warning?: string } {
  if (staleSinceMs === null) return {}
  const since = new Date(staleSinceMs).toISOString()
  return { warning: `Project "${path}" cannot be reached now: its branches and tags count as they were at ${since}` }
}

function noRef(path: string, ref: string | null, { tags, branches }: RemoteRefs): Missing {
  if (ref === null) return { fault: `project "${path}" is empty` }
  const fault = `project "${path}" has no branch, tag or full commit "${ref}"`
  return { fault, name: ref, known: [...tags.keys(), ...branches.keys()].slice(0, 1000) }
}

async function versionOf(
  project: RemoteProject,
  path: string,
  version: string,
): Promise<(FoundCommit & { version: string | null }) | Missing> {
  if (isObjectName(version)) return { commit: version, version: null }
  const refs = await project.refs()
  if ('fault' in refs) return refs
  const told = staleness(path, refs)
  const chosen = isOpenVersion(version) ? (chooseVersion(refs.tags.keys(), version) ?? version) : version
  const tagged = refs.tags.get(chosen)
  if (tagged !== undefined) return { commit: tagged, version: isRelease(chosen) ? chosen : null, ...told }
  const branch = refs.branches.get(chosen)
  if (branch !== undefined) return { commit: branch, version: null, ...told }
  if (!isOpenVersion(version)) return noRef(path, version, refs)
  return { fault: `project "${path}" has no release that "${version}" could stand for` }
}
