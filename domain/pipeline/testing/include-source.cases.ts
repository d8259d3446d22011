import type { ComponentSource, FarSource, IncludeAnswer, ProjectSource } from '../src/compile-request.ts'
import type { IncludeSource } from '../src/ports.ts'
import type { MemoryElsewhere } from './memory-include-source.ts'

/** One promise of `IncludeSource` about projects, to be run by every implementation that reads them. */
export interface IncludeSourceCase {
  name: string
  /** What there is to be elsewhere: refs that look like a version are tags, all others branches, `main` the default. */
  elsewhere: Required<Pick<MemoryElsewhere, 'projects'>>
  /** `host` is that of the projects. @throws Error when the promise is broken. */
  check: (source: IncludeSource, host: string) => Promise<void>
}

const projects = {
  'group/ci': {
    main: { 'ci/build.yml': 'build: { script: make main }\n', 'ci/说明.yml': '你好: {}\n' },
    'feature/x': { 'ci/build.yml': 'build: { script: make x }\n' },
    '1.2.0': { 'templates/build.yml': 'a: {}\n' },
    '1.10.0': { 'templates/build.yml': 'b: {}\n', 'templates/scan/template.yml': 'scan: {}\n' },
    '2.0.0-rc1': { 'templates/build.yml': 'c: {}\n' },
  },
}
const elsewhere = { projects }

const file = (path: string, ref: string | null = null, project = 'group/ci'): ProjectSource => ({
  kind: 'project',
  key: `${project}@${ref ?? ''}:${path}`,
  project,
  ref,
  path,
  place: null,
})

const component = (host: string, name: string, version: string): ComponentSource => ({
  kind: 'component',
  key: `${name}@${version}`,
  host,
  project: 'group/ci',
  name,
  version,
  place: null,
})

/** The promises of `IncludeSource`, for projects and components. */
export const includeSourceCases: readonly IncludeSourceCase[] = [
  {
    name: 'reads a file at the tip of the default branch, at a branch and at a tag, as UTF-8',
    elsewhere,
    check: async (source) => {
      expectText(await source.read(file('ci/build.yml')), 'build: { script: make main }\n')
      expectText(await source.read(file('ci/说明.yml', 'main')), '你好: {}\n')
      expectText(await source.read(file('ci/build.yml', 'feature/x')), 'build: { script: make x }\n')
      expectText(await source.read(file('templates/build.yml', '1.2.0')), 'a: {}\n')
    },
  },
  {
    name: 'names the commit, which then stands for the same files',
    elsewhere,
    check: async (source) => {
      const { commit = '' } = textIn(await source.read(file('ci/build.yml', 'feature/x')))
      if (!/^[0-9a-f]{40}$/.test(commit)) throw new Error(`commit is "${commit}"; wanted its full name`)
      expectText(await source.read(file('ci/build.yml', commit)), 'build: { script: make x }\n')
    },
  },
  {
    name: 'answers what is not there with a reason, and with the names that are',
    elsewhere,
    check: async (source, host) => {
      await expectMissing(source, file('ci/none.yml'), /none\.yml/)
      await expectMissing(source, file('ci'), /ci/)
      await expectMissing(source, file('ci/build.yml', 'nowhere'), /nowhere/)
      await expectMissing(source, file('ci/build.yml', 'f'.repeat(40)), /f{40}/)
      await expectMissing(source, file('ci/build.yml', null, 'group/none'), /group\/none/)
      await expectMissing(source, component(host, 'none', '1.2.0'), /templates\/none\.yml/)
      await expectMissing(source, component(host, 'build', '7'), /7/)
      await expectMissing(source, component('elsewhere.test', 'build', '1.2.0'), /elsewhere\.test/)
    },
  },
  {
    name: 'lists the files of a project',
    elsewhere,
    check: async (source) => {
      const answer = await source.read({
        kind: 'project-files',
        key: 'list',
        project: 'group/ci',
        ref: '1.10.0',
        place: null,
      })
      const paths = answer.kind === 'files' ? answer.paths : answer
      expectEqual(paths, ['templates/build.yml', 'templates/scan/template.yml'])
    },
  },
  {
    name: 'reads a component at a tag, at the newest release of a line, at the newest of all and at a branch',
    elsewhere,
    check: async (source, host) => {
      const versions: [string, string, string | null][] = [
        ['1.2.0', 'a: {}\n', '1.2.0'],
        ['1.2', 'a: {}\n', '1.2.0'],
        ['1', 'b: {}\n', '1.10.0'],
        ['~latest', 'b: {}\n', '1.10.0'],
        ['2.0.0-rc1', 'c: {}\n', '2.0.0-rc1'],
      ]
      for (const [version, text, release] of versions) {
        const answer = textIn(await source.read(component(host, 'build', version)))
        expectEqual([answer.text, answer.version, answer.path], [text, release, 'templates/build.yml'])
      }
      const folder = textIn(await source.read(component(host, 'scan', '~latest')))
      expectEqual([folder.text, folder.path], ['scan: {}\n', 'templates/scan/template.yml'])
    },
  },
  {
    name: 'answers reads that are under way at once',
    elsewhere,
    check: async (source) => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => source.read(file('ci/build.yml', 'main'))))
      for (const answer of answers) expectText(answer, 'build: { script: make main }\n')
    },
  },
]

function textIn(answer: IncludeAnswer): Extract<IncludeAnswer, { kind: 'text' }> {
  if (answer.kind === 'text') return answer
  throw new Error(`is ${JSON.stringify(answer)}; wanted a text`)
}

function expectText(answer: IncludeAnswer, wanted: string): void {
  expectEqual(textIn(answer).text, wanted)
}

async function expectMissing(source: IncludeSource, wanted: FarSource, fault: RegExp): Promise<void> {
  const answer = await source.read(wanted)
  if (answer.kind !== 'missing' || !fault.test(answer.fault)) {
    throw new Error(`is ${JSON.stringify(answer)}; wanted that it is missing, with ${String(fault)}`)
  }
}

function expectEqual(actual: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)]
  if (is !== should) throw new Error(`is ${is}; wanted ${should}`)
}
