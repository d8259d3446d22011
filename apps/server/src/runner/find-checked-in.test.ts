import { expect, test } from 'vitest'
import { findCheckedIn } from './find-checked-in.ts'

/** `path`, or `link -> target`. */
const treeOf = (files: readonly string[]) =>
  files.map((file) => {
    const [path = '', target] = file.split(' -> ')
    return { path, mode: target === undefined ? '100644' : '120000', blob: target ?? '', sizeBytes: 1 }
  })

test.each<[string, string[], string | null]>([
  ['junit.xml', ['src/junit.xml', 'other.xml'], null],
  ['junit.xml', ['a.xml', 'junit.xml'], 'junit.xml'],
  ['./junit.xml', ['junit.xml'], 'junit.xml'],
  ['reports', ['reports/a/b.xml'], 'reports/a/b.xml'],
  ['r/*.xml', ['r/b.xml'], 'r/b.xml'],
  ['r/*.xml', ['r/b.xml -> ../sink.txt'], 'r/b.xml'],
  ['r/*.xml', ['r/b.xml -> /dev/null'], 'r/b.xml'],
  ['r/*.xml', ['r/.gitignore', 'r/README.md'], null],
  ['r/junit.xml', ['r -> hidden'], 'r'],
  ['m/*/junit.xml', ['m/b -> ../hidden'], 'm/b'],
  ['m/*/junit.xml', ['docs -> m'], null],
  ['**/junit.xml', ['m/b -> ../hidden', 'CLAUDE.md -> AGENTS.md'], null],
  ['**/junit.xml', ['m/b -> /tmp/hidden'], 'm/b'],
  ['**/junit.xml', ['m/b -> ../../hidden'], 'm/b'],
  ['**/junit.xml', ['m/b -> ../x/../../hidden'], 'm/b'],
  ['**/junit.xml', ['m/b -> ../.git/hidden'], 'm/b'],
  ['**/junit.xml', ['b -> .git'], 'b'],
  ['**/junit.xml', ['b -> .'], null],
  ['**/target/TEST-*.xml', ['m/b -> ../hidden', 'docs/latest -> v2'], null],
  ['**/target/TEST-*.xml', ['m/target -> ../hidden'], 'm/target'],
  ['**/build/**/TEST-*.xml', ['m/build/x -> ../../hidden'], 'm/build/x'],
  ['**/**/build/TEST-*.xml', ['m/build -> ../hidden'], 'm/build'],
])('at %s the commit %j holds %s', async (path, files, wanted) => {
  expect(await findCheckedIn([path], treeOf(files), async ({ blob }) => blob)).toBe(wanted)
})
