import { readFileSync } from 'node:fs'

/** Prints the findings of a SARIF file for the reader of the job's log. */
interface Sarif {
  runs: { results?: Result[] }[]
}

interface Result {
  ruleId?: string
  level?: string
  message: { text: string }
  locations?: { physicalLocation?: { artifactLocation?: { uri?: string }; region?: { startLine?: number } } }[]
}

const file = process.argv[2] ?? ''
const { runs } = JSON.parse(readFileSync(file, 'utf8')) as Sarif
const results = runs.flatMap((run) => run.results ?? [])
for (const result of results) process.stdout.write(`${describe(result)}\n`)
process.stdout.write(`${file}: ${results.length} findings\n`)

function describe({ ruleId, level, message, locations }: Result): string {
  const place = locations?.[0]?.physicalLocation
  return `${place?.artifactLocation?.uri}:${place?.region?.startLine} ${level ?? 'warning'} ${ruleId}: ${message.text}`
}
