import type {
  ComponentSource,
  FarSource,
  IncludeAnswer,
  ProjectFilesSource,
  ProjectSource,
} from '../src/compile-request.ts'
import type { IncludeSource } from '../src/ports.ts'
import { chooseVersion, isOpenVersion, isRelease } from '../src/sources/choose-version.ts'

/** One state of a project: path → text. */
export type MemoryFiles = Readonly<Record<string, string>>

/** A project by its refs. `main` is the tip of its default branch; what looks like a version is a tag. */
export type MemoryProject = Readonly<Record<string, MemoryFiles>>

/** What there is elsewhere. */
export interface MemoryElsewhere {
  /** Host of the projects; `gitlab.test` by default. */
  host?: string
  /** Full path → project. */
  projects?: Readonly<Record<string, MemoryProject>>
  /** Address → text. */
  remotes?: MemoryFiles
  /** Name → text. */
  templates?: MemoryFiles
}

/** The commit that a ref of a memory project stands for: made of its name, 40 hexadecimal digits. */
export function memoryCommit(project: string, ref: string): string {
  const digits = Array.from(`${project}@${ref}`, (letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(2, '0'))
  return digits.join('').slice(-40).padStart(40, '0')
}

/** Projects, addresses and templates as texts in memory. */
export function memoryIncludeSource(elsewhere: MemoryElsewhere): IncludeSource {
  return { read: (source) => Promise.resolve(answer(elsewhere, source)) }
}

function answer(elsewhere: MemoryElsewhere, source: FarSource): IncludeAnswer {
  switch (source.kind) {
    case 'remote':
      return textOr(elsewhere.remotes?.[source.url], 'the server answers 404')
    case 'template':
      return templateOf(elsewhere.templates ?? {}, source.name)
    case 'component':
      return componentOf(elsewhere, source)
    default:
      return projectFile(elsewhere, source)
  }
}

function textOr(text: string | undefined, fault: string): IncludeAnswer {
  return text === undefined ? { kind: 'missing', fault } : { kind: 'text', text }
}

function templateOf(templates: MemoryFiles, name: string): IncludeAnswer {
  const text = templates[name]
  if (text !== undefined) return { kind: 'text', text }
  return { kind: 'missing', fault: 'there is no such template', name, known: Object.keys(templates) }
}

/** The ref that a name stands for: itself, the tip of the default branch, or the one whose commit it is. */
function refOf(project: string, refs: MemoryProject, name: string | null): string | null {
  if (name === null) return 'main' in refs ? 'main' : null
  if (name in refs) return name
  return Object.keys(refs).find((ref) => memoryCommit(project, ref) === name) ?? null
}

function projectFile(elsewhere: MemoryElsewhere, source: ProjectSource | ProjectFilesSource): IncludeAnswer {
  const { project } = source
  const refs = elsewhere.projects?.[project]
  if (refs === undefined) return noProject(elsewhere, project)
  const ref = refOf(project, refs, source.ref)
  const files = ref === null ? undefined : refs[ref]
  if (ref === null || files === undefined) return noRef(project, source.ref ?? 'main', refs)
  if (source.kind === 'project-files') return { kind: 'files', paths: Object.keys(files).toSorted() }
  const text = files[source.path]
  if (text !== undefined) return { kind: 'text', text, commit: memoryCommit(project, ref) }
  return {
    kind: 'missing',
    fault: `the project has no file "${source.path}"`,
    name: source.path,
    known: Object.keys(files),
  }
}

function noProject({ projects = {} }: MemoryElsewhere, project: string): IncludeAnswer {
  const fault = `there is no project "${project}"`
  return { kind: 'missing', fault, name: project, known: Object.keys(projects) }
}

function noRef(project: string, ref: string, refs: MemoryProject): IncludeAnswer {
  const fault = `project "${project}" has no branch, tag or commit "${ref}"`
  return { kind: 'missing', fault, name: ref, known: Object.keys(refs) }
}

function componentOf(elsewhere: MemoryElsewhere, { host, project, name, version }: ComponentSource): IncludeAnswer {
  const own = elsewhere.host ?? 'gitlab.test'
  if (host !== own) return { kind: 'missing', fault: `its host is "${host}"; wanted "${own}"` }
  const refs = elsewhere.projects?.[project]
  if (refs === undefined) return noProject(elsewhere, project)
  const chosen = isOpenVersion(version) ? (chooseVersion(Object.keys(refs), version) ?? version) : version
  const ref = refOf(project, refs, chosen)
  const files = ref === null ? undefined : refs[ref]
  if (ref === null || files === undefined) {
    if (!isOpenVersion(version)) return noRef(project, version, refs)
    return { kind: 'missing', fault: `project "${project}" has no release that "${version}" could stand for` }
  }
  const paths = [`templates/${name}.yml`, `templates/${name}/template.yml`]
  const path = paths.find((candidate) => files[candidate] !== undefined)
  const text = path === undefined ? undefined : files[path]
  if (path === undefined || text === undefined) {
    return { kind: 'missing', fault: `project "${project}" has neither "${paths.join('" nor "')}" at "${ref}"` }
  }
  return { kind: 'text', text, path, commit: memoryCommit(project, ref), version: isRelease(ref) ? ref : null }
}
