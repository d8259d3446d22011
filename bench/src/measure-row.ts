import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { measure, type Measured } from './measure.ts'
import { median } from './median.ts'
import { sides, type Figures, type Row, type RowResult, type Side, type Work } from './row.ts'

export interface MeasureOptions {
  /** An empty folder to be used and emptied. */
  scratch: string
  runs: number
  sides: ReadonlySet<Side>
}

/** Measures one row: in each round every side once, so that whatever else the machine does meets all of them. */
export async function measureRow(row: Row, options: MeasureOptions): Promise<RowResult> {
  const { name, title, reach } = row
  const folder = join(options.scratch, name)
  const result: RowResult = { name, title, reach, figures: {} }
  try {
    await mkdir(folder, { recursive: true })
    const works = await row.prepare(folder)
    const wanted = sides.filter((side) => options.sides.has(side) && works[side] !== undefined)
    const measured = await inRounds(works, wanted, options)
    for (const side of wanted) result.figures[side] = figuresOf(measured[side])
    return result
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function inRounds(
  works: Partial<Record<Side, Work>>,
  wanted: readonly Side[],
  { scratch, runs }: MeasureOptions,
): Promise<Record<Side, Measured[]>> {
  const measured: Record<Side, Measured[]> = { floor: [], ours: [], peer: [] }
  for (let round = 0; round < runs; round += 1)
    for (const side of wanted) {
      const work = works[side]
      if (work !== undefined && round < (work.runsMax ?? runs)) measured[side].push(await measure(work, scratch))
    }
  return measured
}

function figuresOf(measured: readonly Measured[]): Figures {
  const known = (figures: (number | null)[]): number[] => figures.filter((figure) => figure !== null)
  return {
    wallS: median(measured.map(({ wallS }) => wallS)) ?? 0,
    cpuS: median(known(measured.map(({ cpuS }) => cpuS))),
    peakMb: median(known(measured.map(({ peakMb }) => peakMb))),
    runsS: measured.map(({ wallS }) => wallS),
  }
}
