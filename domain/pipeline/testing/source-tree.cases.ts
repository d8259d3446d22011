import type { SourceTree } from '../src/ports.ts'

/** One promise of `SourceTree`, to be run by every implementation. */
export interface SourceTreeCase {
  name: string
  /** The files that the tree is to be made of. */
  files: Readonly<Record<string, string>>
  /** @throws Error when the promise is broken. */
  check: (tree: SourceTree) => Promise<void>
}

const files = {
  '.gitlab-ci.yml': 'build:\n  script: make\n',
  'ci/Zebra.yml': 'z: {}\n',
  'ci/apple.yml': 'a: {}\n',
  'ci/empty.yml': '',
  'docs/说明.md': '你好\n',
}

/** The promises of `SourceTree`. */
export const sourceTreeCases: readonly SourceTreeCase[] = [
  {
    name: 'reads the text of a file as UTF-8',
    files,
    check: async (tree) => {
      expectEqual(await tree.read('docs/说明.md'), '你好\n')
      expectEqual(await tree.read('ci/empty.yml'), '')
    },
  },
  {
    name: 'gives null for a file that does not exist, a folder, and a path that leaves the tree',
    files,
    check: async (tree) => {
      for (const path of [
        'nowhere.yml',
        'ci',
        'ci/',
        '',
        '../outside',
        'ci/../.gitlab-ci.yml',
        './.gitlab-ci.yml',
        '/etc/hostname',
      ]) {
        expectEqual(await tree.read(path), null)
      }
    },
  },
  {
    name: 'lists every file once, in ascending order, without folders',
    files,
    check: async (tree) => expectEqual(await tree.list(), Object.keys(files).toSorted()),
  },
  {
    name: 'answers reads that are under way at once, and the same each time',
    files,
    check: async (tree) => {
      const texts = await Promise.all(Array.from({ length: 20 }, () => tree.read('.gitlab-ci.yml')))
      for (const text of texts) expectEqual(text, files['.gitlab-ci.yml'])
    },
  },
]

function expectEqual(actual: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)]
  if (is !== should) throw new Error(`is ${is}; wanted ${should}`)
}
