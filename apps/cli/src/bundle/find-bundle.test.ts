import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import type { BundleRecord } from './bundle-place.ts'
import { findBundle } from './find-bundle.ts'

function recordIn(folder: string, more: Partial<BundleRecord> = {}): string {
  const input = join(writeFiles(folder, { 'a.ts': 'a\n' }), 'a.ts')
  utimesSync(input, 1000, 1000)
  const record: BundleRecord = { version: 1, node: 'v1', program: '/p.js', inputs: [[input, 1_000_000, 2]], ...more }
  writeFileSync(join(folder, 'newest.json'), JSON.stringify(record))
  return join(folder, 'newest.json')
}

test('a bundle counts while nothing that it was made of has changed', () => {
  expect(findBundle(recordIn(scratchFolder()), 'v1')).toBe('/p.js')
})

test.each<[string, (folder: string) => void]>([
  ['an input has another size', (folder) => writeFiles(folder, { 'a.ts': 'abc\n' })],
  ['an input has another time', (folder) => utimesSync(join(folder, 'a.ts'), 1000, 1001)],
  ['an input is gone', (folder) => recordIn(folder, { inputs: [[join(folder, 'b.ts'), 0, 0]] })],
  ['Node is another one', (folder) => recordIn(folder, { node: 'v2' })],
  ['the record was cut off', (folder) => writeFiles(folder, { 'newest.json': '{"version":1' })],
])('it does not when %s', (_, change) => {
  const folder = scratchFolder()
  const file = recordIn(folder)
  change(folder)
  expect(findBundle(file, 'v1')).toBeNull()
})

test('without any there is none', () => {
  expect(findBundle(join(scratchFolder(), 'newest.json'))).toBeNull()
})
