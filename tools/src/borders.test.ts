import { expect, test } from 'vitest'
import { checkBorders } from './borders.ts'
import { packageInfo } from './package-info.ts'
import { readRepository } from './repository.ts'

const manifests: Record<string, object> = {
  '': { name: 'root', devDependencies: { vitest: '5' } },
  contracts: {
    name: '@sluice/contracts',
    exports: { './events': './src/events.ts', './api': './src/api/index.ts' },
    dependencies: { zod: '4' },
  },
  'domain/kernel': { name: '@sluice/kernel', exports: { '.': './src/index.ts' } },
  'domain/dora': {
    name: '@sluice/dora',
    exports: { '.': './src/index.ts' },
    dependencies: { '@sluice/kernel': '*', '@sluice/contracts': '*' },
  },
  'domain/maturity': {
    name: '@sluice/maturity',
    exports: { '.': './src/index.ts', './testing/*': './testing/*' },
    dependencies: {
      '@sluice/kernel': '*',
      '@sluice/contracts': '*',
      '@sluice/dora': '*',
      yaml: '2',
      '@sluice/git': '*',
    },
  },
  'adapters/git': {
    name: '@sluice/git',
    exports: { '.': './src/index.ts' },
    dependencies: { '@sluice/kernel': '*', '@sluice/maturity': '*', '@sluice/store': '*' },
  },
  'adapters/store': { name: '@sluice/store', exports: { '.': './src/index.ts' }, devDependencies: { pg: '8' } },
  'apps/console': {
    name: '@sluice/console',
    dependencies: { '@sluice/contracts': '*', '@sluice/kernel': '*', '@sluice/dora': '*', react: '19' },
  },
  'apps/runner': { name: '@sluice/runner', dependencies: { '@sluice/kernel': '*' } },
  card: { name: 'card', dependencies: { pg: '8', '@sluice/kernel': '*' }, devDependencies: { rolldown: '1' } },
}
const packages = Object.entries(manifests).map(([folder, manifest]) =>
  packageInfo({ path: folder === '' ? 'package.json' : `${folder}/package.json`, text: JSON.stringify(manifest) }),
)
const messagesFor = (files: Record<string, string>): string[] =>
  checkBorders(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    packages,
  ).problems.map(({ message }) => message)

const forbidden: [name: string, path: string, text: string, wanted: RegExp][] = [
  ['contracts → domain', 'contracts/src/a.ts', `import '@sluice/kernel'`, /points from contracts to domain/],
  ['domain → adapter', 'domain/maturity/src/a.ts', `import { x } from '@sluice/git'`, /points from domain to adapters/],
  ['domain → another domain package', 'domain/dora/src/a.ts', `import '@sluice/maturity'`, /do not know each other/],
  [
    'domain → the API of the contracts',
    'domain/dora/src/a.ts',
    `import type { A } from '@sluice/contracts/api'`,
    /takes only plan/,
  ],
  ['domain → node:', 'domain/dora/src/a.ts', `import 'node:fs'`, /nothing of Node/],
  ['domain → a built-in without its prefix', 'domain/dora/src/a.ts', `import 'fs/promises'`, /nothing of Node/],
  ['contracts → node:', 'contracts/src/a.ts', `export * from 'node:path'`, /nothing of Node/],
  ['a Node global in domain', 'domain/dora/src/a.ts', `export const a = process.env`, /cannot use process/],
  ['a timer in domain', 'domain/dora/src/a.ts', `setTimeout(() => {}, 1)`, /cannot use setTimeout/],
  ['the clock in domain', 'domain/dora/src/a.ts', `export const a = Date.now()`, /cannot use Date\.now/],
  ['the clock by new Date', 'domain/dora/src/a.ts', `export const a = new Date()`, /cannot use new Date/],
  ['chance in domain', 'domain/dora/src/a.ts', `export const a = Math.random()`, /cannot use Math\.random/],
  ['adapter → adapter', 'adapters/git/src/a.ts', `import '@sluice/store'`, /do not know each other/],
  ['console → domain', 'apps/console/src/a.tsx', `import '@sluice/dora'`, /only contracts and the kernel/],
  ['console → node:', 'apps/console/src/a.tsx', `await import('node:fs')`, /runs in a browser/],
  ['app → what it does not declare', 'apps/runner/src/a.ts', `import '@sluice/git'`, /not declared in apps\/runner/],
  [
    'an outside library that is not declared',
    'apps/runner/src/a.ts',
    `import 'left-pad/x'`,
    /left-pad is not declared/,
  ],
  ['a development dependency in what runs', 'adapters/store/src/a.ts', `import 'pg'`, /only a development dependency/],
  ['a development dependency of the root in what runs', 'apps/runner/src/a.ts', `import 'vitest'`, /not declared/],
  ['a development dependency in what runs of the card', 'card/src/a.ts', `import 'rolldown'`, /only a development/],
  ['card → platform', 'card/src/a.ts', `import '@sluice/kernel'`, /customer/],
  ['platform → card by name', 'apps/runner/src/a.ts', `import 'card'`, /nothing of card/],
  ['platform → card by path', 'tests/a.ts', `import '../card/src/a.ts'`, /nothing of card/],
  [
    'a relative import that leaves its package',
    'domain/dora/src/a.ts',
    `import '../../kernel/src/a.ts'`,
    /leaves domain\/dora/,
  ],
  ['anything → tests/', 'tools/src/a.ts', `import '../../tests/a.ts'`, /nothing imports tests/],
  [
    'a subpath that is not exported',
    'domain/dora/src/a.ts',
    `import '@sluice/contracts/secret'`,
    /takes only|exports no/,
  ],
  ['an inner file of another package', 'adapters/git/src/a.ts', `import '@sluice/kernel/src/a.ts'`, /exports no/],
  ['cases for tests in what runs', 'adapters/git/src/a.ts', `import '@sluice/maturity/testing/a.ts'`, /is for tests/],
  ['an import inside a type', 'domain/dora/src/a.ts', `export type A = import('node:fs').Stats`, /nothing of Node/],
]

test.each(forbidden)('finds a planted import: %s', (_, path, text, wanted) => {
  expect(messagesFor({ [path]: text })).toEqual([expect.stringMatching(wanted)])
})

const allowed: [name: string, path: string, text: string][] = [
  [
    'kernel and contracts in domain',
    'domain/dora/src/a.ts',
    `import '@sluice/kernel'; import '@sluice/contracts/events'`,
  ],
  ['maturity → dora', 'domain/maturity/src/a.ts', `import '@sluice/dora'; import 'yaml'`],
  [
    'an adapter and the domain package that owns its port',
    'adapters/git/src/a.ts',
    `import '@sluice/maturity'; import 'node:fs'`,
  ],
  ['shared cases in a test', 'adapters/git/src/a.test.ts', `import '@sluice/maturity/testing/a.ts'; import 'vitest'`],
  ['a package by its own name', 'domain/dora/src/a.test.ts', `import '@sluice/dora'`],
  ['Node in a test that says so', 'domain/dora/src/a.node.test.ts', `import 'node:fs'; import { test } from 'vitest'`],
  [
    'a date from a value',
    'domain/dora/src/a.ts',
    `export const a = (t: string) => Date.parse(t) + new Date(t).getTime()`,
  ],
  ['a name of its own', 'domain/dora/src/a.ts', `export const f = (process: { fetch: number }) => process.fetch`],
  ['a development dependency in a tool of the card', 'card/tools/a.ts', `import 'rolldown'`],
  ['anything in tests/', 'tests/a.test.ts', `import '@sluice/git'; import '../apps/runner/src/a.ts'`],
]

test.each(allowed)('lets pass: %s', (_, path, text) => {
  expect(messagesFor({ [path]: text })).toEqual([])
})

test('finds a ring, also through the name of a package', () => {
  const ring = messagesFor({
    'domain/kernel/src/index.ts': `export * from './a.ts'`,
    'domain/kernel/src/a.ts': `import type { B } from './b.ts'`,
    'domain/kernel/src/b.ts': `import { a } from './index.ts'`,
  })
  expect(ring).toEqual([expect.stringMatching(/ring: .*index\.ts → .*a\.ts → .*b\.ts → .*index\.ts/)])
})

test('this repository keeps its borders, and was really looked at', () => {
  const { sources, packages: own } = readRepository()
  const report = checkBorders(sources, own)
  expect(report.problems).toEqual([])
  expect(report.files).toBeGreaterThan(20)
  expect(report.imports).toBeGreaterThan(20)
})
