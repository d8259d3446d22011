/** `npm run bench`: measures what Sluice promises to reach, beside the floor and beside its peer. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { measureRow } from './measure-row.ts'
import { sides, type RowResult, type Side } from './row.ts'
import { rows } from './rows.ts'
import { table } from './table.ts'
import { bundler } from './tools.ts'

const usage = `npm run bench -- [options]
  --rows <names>    only these rows, separated by commas; the beginning of a name is enough
  --runs <number>   runs of each side of a row (default 5)
  --sides <names>   of floor, ours, peer (default: all)
  --json <file>     where the figures go (default .sluice/bench/latest.json)
  --list            name the rows`

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    runs: { type: 'string', default: '5' },
    sides: { type: 'string', default: sides.join(',') },
    json: { type: 'string', default: '.sluice/bench/latest.json' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) console.log(usage)
else if (options.list) console.log(rows.map(({ name, title }) => `${name.padEnd(16)}${title}`).join('\n'))
else await bench()

async function bench(): Promise<void> {
  const wanted = options.rows?.split(',') ?? ['']
  const selected = rows.filter(({ name }) => wanted.some((beginning) => name.startsWith(beginning)))
  const runs = Number(options.runs)
  const wantedSides = new Set(options.sides.split(',') as Side[])
  if (
    selected.length === 0 ||
    !Number.isInteger(runs) ||
    runs < 1 ||
    [...wantedSides].some((side) => !sides.includes(side))
  ) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  const scratch = await mkdtemp(join(await memoryFolder(), 'sluice-bench-'))
  try {
    // As after any command before: the first one after a change of the sources makes the bundle of the next.
    await promisify(execFile)(process.execPath, [bundler], { cwd: scratch })
    const results: RowResult[] = []
    for (const row of selected) {
      process.stderr.write(`${row.name}: ${row.title}\n`)
      const result = await measureRow(row, { scratch, runs, sides: wantedSides })
      for (const [side, { wallS, cpuS }] of Object.entries(result.figures))
        process.stderr.write(`  ${side} ${wallS.toFixed(3)} s, ${cpuS?.toFixed(2) ?? '-'} s of processor time\n`)
      results.push(result)
    }
    console.log(`${table(results)}\n\n${JSON.stringify(machine())}`)
    const file = resolve(options.json)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify({ machine: machine(), runs, rows: results }, null, 2)}\n`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Files in memory: the disk of the machine is not what is measured. */
async function memoryFolder(): Promise<string> {
  const isThere = await stat('/dev/shm').then(
    () => true,
    () => false,
  )
  return isThere ? '/dev/shm' : tmpdir()
}

function machine(): Record<string, unknown> {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    isRoot: process.geteuid?.() === 0,
    load: loadavg().map((load) => Number(load.toFixed(2))),
  }
}
