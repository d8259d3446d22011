import type { PlanTrigger } from '@sluice/contracts/plan'
import type { FarSource, WantedSource } from '../compile-request.ts'
import type { ComparisonBudget } from '../glob/comparison-budget.ts'
import { compileIncludeGlob } from '../glob/glob.ts'
import { replaceReferences } from '../variables/expand.ts'
import type { VariableScope } from '../variables/variable-scope.ts'
import { parseComponentAddress } from './component-address.ts'
import type { IncludeLocation } from './include-entries.ts'

/** Where a file lies decides where its local includes are looked for, and what they may use. */
export type Origin =
  | { kind: 'own' }
  /** `ref` is how people know it, `commit` what it stands for. */
  | { kind: 'project'; project: string; ref: string | null; commit: string }
  /** An address or a template: no files beside it, and no variables. */
  | { kind: 'public' }

/** What `$[[ component.… ]]` stands for in a file. */
export interface ComponentContext {
  name: string
  sha: string | null
  version: string | null
  reference: string
}

/** A file that an include names. */
export interface IncludeTarget {
  source: WantedSource
  /** For people: `ci/build.yml`, `project group/ci@v1: build.yml`, `component group/ci/build@1.2`. */
  name: string
  /** Of a file of a project: how its origin is known once its commit is. */
  project: { path: string; ref: string | null } | null
  component: Pick<ComponentContext, 'name' | 'reference'> | null
}

export type TargetResult =
  | { kind: 'targets'; targets: IncludeTarget[] }
  /** A list of files is wanted first. */
  | { kind: 'wanted'; source: FarSource }
  | { kind: 'fault'; fault: string }

/** What decides, besides the include itself, which files it names. */
export interface TargetView {
  origin: Origin
  /** Without variables in files from an address. */
  scope: VariableScope
  trigger: PlanTrigger
  /** Every path of the repository. */
  files: readonly string[]
  /** Paths of a project that were read before, by the key of the list. */
  filesOf: (key: string) => readonly string[] | null
  comparisons: ComparisonBudget
}

/** The files that an include names; variables filled in, wildcards matched. */
export function includeTargets(
  location: IncludeLocation,
  place: WantedSource['place'],
  view: TargetView,
): TargetResult {
  switch (location.kind) {
    case 'local':
      return localTargets(location.path, place, view)
    case 'project':
      return projectTargets(location, place, view)
    case 'remote':
      return remoteTargets(location, place, view)
    case 'template':
      return templateTargets(location.name, place, view)
    case 'artifact':
      return artifactTargets(location, place, view)
    default:
      return componentTargets(location.address, place, view)
  }
}

/** The list of files of a project, for wildcards and `rules:exists`. */
export function projectFiles(
  { project, commit }: Extract<Origin, { kind: 'project' }>,
  place: WantedSource['place'],
): FarSource {
  return { kind: 'project-files', key: `files of ${project}@${commit}`, project, ref: commit, place }
}

type Place = WantedSource['place']

const expand = (text: string, { origin, scope }: TargetView): string =>
  origin.kind === 'public' ? text : scope.expandText(text)

/** For people: masked values stay hidden. */
const shown = (text: string, { origin, scope }: TargetView): string =>
  origin.kind === 'public' ? text : replaceReferences(text, (name) => scope.shown(name))

const fault = (text: string): TargetResult => ({ kind: 'fault', fault: text })

const targets = (...found: IncludeTarget[]): TargetResult => ({ kind: 'targets', targets: found })

function localTargets(written: string, place: Place, view: TargetView): TargetResult {
  const path = expand(written, view).replace(/^\/+/, '')
  const wrong = faultOfPath(path)
  if (wrong !== null) return fault(wrong)
  const { origin } = view
  if (origin.kind === 'public')
    return fault('a file from an address or a template has no local files; wanted remote, template or project')
  if (origin.kind === 'own') return targets(...matching(path, view.files, view).map((file) => ownTarget(file, place)))
  if (!path.includes('*')) return targets(projectTarget(origin, path, place))
  const list = projectFiles(origin, place)
  const files = view.filesOf(list.key)
  if (files === null) return { kind: 'wanted', source: list }
  return targets(...matching(path, files, view).map((file) => projectTarget(origin, file, place)))
}

function matching(path: string, files: readonly string[], { comparisons }: TargetView): string[] {
  if (!path.includes('*')) return [path]
  comparisons.spend(files.length)
  const glob = compileIncludeGlob(path)
  return files.filter((file) => glob.matches(file)).toSorted()
}

function ownTarget(path: string, place: Place): IncludeTarget {
  return { source: { kind: 'local', key: path, path, place }, name: path, project: null, component: null }
}

function projectTarget(origin: Extract<Origin, { kind: 'project' }>, path: string, place: Place): IncludeTarget {
  const { project, ref, commit } = origin
  const source = { kind: 'project', key: keyOf(project, commit, path), project, ref: commit, path, place } as const
  return { source, name: nameOf(project, ref, path), project: { path: project, ref }, component: null }
}

const keyOf = (project: string, ref: string | null, path: string): string => `project ${project}@${ref ?? ''}: ${path}`

const nameOf = (project: string, ref: string | null, path: string): string =>
  `project ${project}${ref === null ? '' : `@${ref}`}: ${path}`

function projectTargets(
  location: Extract<IncludeLocation, { kind: 'project' }>,
  place: Place,
  view: TargetView,
): TargetResult {
  const project = expand(location.project, view).replaceAll(/^\/+|\/+$/g, '')
  const ref = location.ref === null ? null : expand(location.ref, view)
  const path = expand(location.path, view).replace(/^\/+/, '')
  if (!isProjectPath(project)) return fault('it names no project; wanted its full path, such as group/project')
  if (ref === '') return fault('ref is empty; wanted a branch, a tag or a full commit')
  const wrong = faultOfPath(path)
  if (wrong !== null) return fault(wrong)
  if (path.includes('*')) return fault('the path has "*" in it; wanted the path of one file')
  if (isOwn(project, ref, view)) return targets(ownTarget(path, place))
  const shownRef = location.ref === null ? null : shown(location.ref, view)
  const name = nameOf(shown(location.project, view), shownRef, path)
  const source = { kind: 'project', key: keyOf(project, ref, path), project, ref, path, place } as const
  return targets({ source, name, project: { path: project, ref: shownRef }, component: null })
}

function isProjectPath(project: string): boolean {
  const segments = project.split('/')
  return segments.every((segment) => /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(segment) && !/^\.+$/.test(segment))
}

/** The commit that the pipeline is of needs no fetching, and has the edits of this checkout. */
function isOwn(project: string, ref: string | null, { scope, trigger }: TargetView): boolean {
  if (project.toLowerCase() !== scope.written('CI_PROJECT_PATH')?.toLowerCase()) return false
  if (ref === null) return trigger.refType === 'branch' && trigger.ref === trigger.defaultBranch
  return ref === trigger.commit || ref === trigger.ref
}

function remoteTargets(
  { url, integrity, cacheMs }: Extract<IncludeLocation, { kind: 'remote' }>,
  place: Place,
  view: TargetView,
): TargetResult {
  const address = expand(url, view)
  const parts = /^https?:\/\/([^/?#]+)([^?#]*)/i.exec(address)
  if (parts === null) return fault('it is no address; wanted https://host/path.yml')
  if (parts[1]?.includes('@') === true) return fault('the address has a user or a password in it; wanted a public one')
  if (!/\.ya?ml$/i.test(parts[2] ?? '')) return fault('its path ends in neither .yml nor .yaml; wanted a YAML file')
  const source = {
    kind: 'remote',
    key: `remote ${address} ${integrity ?? ''}`,
    url: address,
    integrity,
    cacheMs,
    place,
  } as const
  return targets({ source, name: shown(url, view).slice(0, 200), project: null, component: null })
}

function templateTargets(written: string, place: Place, view: TargetView): TargetResult {
  const name = expand(written, view)
  if (!name.endsWith('.gitlab-ci.yml'))
    return fault('its name does not end in .gitlab-ci.yml; wanted a template of GitLab')
  if (name.split('/').some((segment) => !/^[A-Za-z0-9_.+-]+$/.test(segment) || /^\.+$/.test(segment)))
    return fault('it is no name of a template; wanted one such as Jobs/Build.gitlab-ci.yml')
  const source = { kind: 'template', key: `template ${name}`, name, place } as const
  return targets({ source, name: `template ${shown(written, view)}`, project: null, component: null })
}

function componentTargets(written: string, place: Place, view: TargetView): TargetResult {
  const unknown = /^\$\{?(CI_SERVER_(?:FQDN|HOST))\}?(?=\/)/.exec(expand(written, view))
  const address = parseComponentAddress(expand(written, view).replace(unknown?.[0] ?? '', unknown?.[1] ?? ''))
  if (typeof address === 'string') return fault(address)
  const { host, project, name, version } = address
  const component = { name, reference: version }
  const servers = [view.scope.written('CI_SERVER_FQDN'), view.scope.written('CI_SERVER_HOST'), unknown?.[1]]
  if (servers.includes(host) && isOwn(project, version, view)) return ownComponent(component, place, view)
  if (unknown !== null) return fault(`$${unknown[1] ?? ''} is not known here; wanted the host of the component`)
  const source = {
    kind: 'component',
    key: `component ${host}/${project}/${name}@${version}`,
    ...address,
    place,
  } as const
  const shownAddress = parseComponentAddress(shown(written, view))
  const told = typeof shownAddress === 'string' ? name : `${shownAddress.project}/${name}@${shownAddress.version}`
  return targets({ source, name: `component ${told}`, project: { path: project, ref: version }, component })
}

function ownComponent(
  component: { name: string; reference: string },
  place: Place,
  { files }: TargetView,
): TargetResult {
  const paths = [`templates/${component.name}.yml`, `templates/${component.name}/template.yml`]
  const path = paths.find((candidate) => files.includes(candidate)) ?? paths[0] ?? ''
  return targets({ ...ownTarget(path, place), component })
}

function artifactTargets(
  location: Extract<IncludeLocation, { kind: 'artifact' }>,
  place: Place,
  view: TargetView,
): TargetResult {
  const path = expand(location.path, view).replace(/^\/+/, '')
  const wrong = faultOfPath(path)
  if (wrong !== null) return fault(wrong)
  const job = expand(location.job, view)
  const source = { kind: 'artifact', key: `artifact ${job}: ${path}`, job, path, place } as const
  return targets({ source, name: `artifact of ${job}: ${path}`, project: null, component: null })
}

function faultOfPath(path: string): string | null {
  if (path === '') return 'the path is empty; wanted a path from the root of the repository'
  if (path.split('/').some((segment) => segment === '..' || segment === '.')) {
    return 'the path has "." or ".." in it; wanted a path from the root of the repository'
  }
  return /\.ya?ml$/.test(path) ? null : 'its name ends in neither .yml nor .yaml; wanted a YAML file'
}
