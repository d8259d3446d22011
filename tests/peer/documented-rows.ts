import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where every difference from the peer is explained, from the root. */
export const documentPath = 'docs/reference/gitlab-ci-local.md'

const text = readFileSync(join(import.meta.dirname, '../..', documentPath), 'utf8')

/** By pipeline, of the table that stands below this heading: the texts of its second column. */
export function documentedRows(heading: string): ReadonlyMap<string, string[]> {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  const rows = [...own.matchAll(/^\| `([^`]+)` +\| (.+?) +\| (.+?) +\|$/gm)]
  return new Map(
    rows.map(([, pipeline = '', differences = '']) => [
      pipeline,
      differences.split('<br>').map((one) => one.slice(1, -1)),
    ]),
  )
}
