import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeFolder } from './remove-folder.ts'

/** A folder with as many others in it, each with a file, some of them closed as jobs and overlayfs leave them. */
function folderWith(count: number, isClosed: (index: number) => boolean): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-remove-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (let index = 0; index < count; index++) {
    const place = join(folder, String(index), 'within')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'file'), '')
    if (isClosed(index)) for (const closed of [place, join(place, '..')]) chmodSync(closed, 0o000)
  }
  return folder
}

// Rights keep nothing from root: the closed ones tell something where an ordinary user runs this.
test.each([
  ['a few', 3, () => false],
  ['more than are removed at once', 300, () => false],
  ['a few, one of them closed', 3, (index: number) => index === 1],
  ['many, of which some are closed', 300, (index: number) => index % 7 === 0],
  ['many, all of them closed', 300, () => true],
] as const)('removeFolder() removes %s', async (_, count, isClosed) => {
  const folder = folderWith(count, isClosed)
  await removeFolder(folder)
  expect(existsSync(folder)).toBe(false)
})

test('removeFolder() has nothing to do where nothing is', async () => {
  await expect(removeFolder(join(tmpdir(), 'sluice-remove-none'))).resolves.toBeUndefined()
})
