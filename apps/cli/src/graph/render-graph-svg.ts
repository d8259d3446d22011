import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { childOf } from '../plan/child-of.ts'
import { cutTo, displayWidth } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import { graphColumns, type GraphColumn } from './graph-columns.ts'
import { jobNote } from './job-note.ts'

/** Pixels. A letter of the monospaced font at 13 pixels takes 7.8. */
const letter = 7.9
const noteLetter = 6.7
const sizes = {
  margin: 24,
  head: 34,
  boxHeight: 46,
  rowGap: 16,
  columnGap: 64,
  padding: 14,
  minWidth: 96,
  lane: 14,
} as const
const longestName = 40
const longestSentence = 120

interface Box {
  job: PlanJob
  x: number
  y: number
  width: number
}

interface PlacedColumn extends GraphColumn {
  x: number
  width: number
  /** Jobs of earlier columns that jobs of later ones need: their lines pass beneath the boxes, one lane each. */
  lanes: string[]
}

/**
 * The graph of a plan as an SVG picture that needs nothing from outside: a column a stage, a line from each job to those
 * that need it; a job that waits for all earlier stages hangs on the bar at their end. The same plan, the same picture.
 */
export function renderGraphSvg(plan: Plan): string {
  const drawing = treeOf(plan)
  const [width, height] = [Math.max(240, drawing.width), drawing.height]
  const title = plan.name ?? `Pipeline of ${plan.project}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect class="ground" width="100%" height="100%"/>`,
    ...drawing.body,
    '</svg>',
    '',
  ].join('\n')
}

/** A part of the picture, from its left upper corner. */
interface Drawing {
  body: string[]
  width: number
  height: number
}

/** The graph of a plan, and beneath it, further in, what its trigger jobs begin. */
function treeOf(plan: Plan): Drawing {
  const tree = graphOf(plan)
  for (const job of plan.jobs) {
    const child = childOf(job)
    if (child === null) continue
    const sentence = cutTo(printable(`${job.name}: ${child.sentence}`), longestSentence)
    tree.body.push(`<text class="note" x="${sizes.margin}" y="${px(tree.height + 8)}">${escaped(sentence)}</text>`)
    tree.width = Math.max(tree.width, displayWidth(sentence) * noteLetter + 2 * sizes.margin)
    tree.height += sizes.margin
    if (child.plan === null || child.plan.jobs.length === 0) continue
    const below = treeOf(child.plan)
    tree.body.push(
      `<g transform="translate(${sizes.margin} ${px(tree.height - sizes.margin / 2)})">`,
      ...below.body,
      '</g>',
    )
    tree.width = Math.max(tree.width, below.width + sizes.margin)
    tree.height += below.height
  }
  return tree
}

function graphOf(plan: Plan): Drawing {
  const columns = placed(graphColumns(plan))
  const boxes = new Map(columns.flatMap(boxesOf).map((box) => [box.job.name, box]))
  const end = columns.at(-1)
  const width = (end === undefined ? 0 : end.x + end.width) + sizes.margin
  const height = Math.max(sizes.margin + sizes.head + sizes.boxHeight, ...columns.map(bottomOf)) + sizes.margin
  const body =
    columns.length === 0
      ? [`<text class="note" x="${sizes.margin}" y="${sizes.margin + 20}">No job runs for this change.</text>`]
      : [
          ...headsOf(columns),
          ...barsOf(columns, height),
          ...edgesOf(columns, boxes),
          ...[...boxes.values()].flatMap(drawBox),
        ]
  return { body, width, height }
}

const style = [
  'text{font-family:ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;font-size:13px;fill:#1f2328}',
  '.ground{fill:#fff}.box{fill:#f6f8fa;stroke:#57606a}.asked{stroke-dasharray:5 3}',
  '.stage{font-weight:bold}.note{font-size:11px;fill:#57606a}',
  '.edge{fill:none;stroke:#8c959f;stroke-width:1.5}.bar{stroke:#d0d7de;stroke-width:2}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.box{fill:#161b22;stroke:#8b949e}',
  '.note{fill:#8b949e}.edge{stroke:#6e7681}.bar{stroke:#30363d}}',
].join('')

function placed(columns: readonly GraphColumn[]): PlacedColumn[] {
  let x: number = sizes.margin
  return columns.map((column, index) => {
    const head = column.isFirst ? displayWidth(nameOf(column.stage)) * letter : 0
    const width = Math.max(sizes.minWidth, head, ...column.jobs.map(boxWidth))
    const at = { ...column, x, width, lanes: lanesThrough(columns, index) }
    x += width + sizes.columnGap
    return at
  })
}

function lanesThrough(columns: readonly GraphColumn[], index: number): string[] {
  const later = columns.slice(index + 1).flatMap(({ jobs }) => jobs)
  const needed = new Set(later.flatMap(({ needs }) => needs ?? []).map(({ job }) => job))
  const earlier = columns.slice(0, index).flatMap(({ jobs }) => jobs)
  return earlier.flatMap(({ name }) => (needed.has(name) ? [name] : []))
}

const laneTop = ({ jobs }: PlacedColumn): number =>
  sizes.margin + sizes.head + jobs.length * (sizes.boxHeight + sizes.rowGap)

const laneY = (column: PlacedColumn, job: string): number => laneTop(column) + column.lanes.indexOf(job) * sizes.lane

const bottomOf = (column: PlacedColumn): number =>
  laneTop(column) -
  sizes.rowGap +
  (column.lanes.length === 0 ? 0 : sizes.rowGap + (column.lanes.length - 1) * sizes.lane)

function boxWidth(job: PlanJob): number {
  const name = displayWidth(nameOf(job.name)) * letter
  return Math.max(name, displayWidth(jobNote(job)) * noteLetter) + sizes.padding * 2
}

function boxesOf({ jobs, x, width }: PlacedColumn): Box[] {
  const top = sizes.margin + sizes.head
  return jobs.map((job, row) => ({ job, x, width, y: top + row * (sizes.boxHeight + sizes.rowGap) }))
}

function headsOf(columns: readonly PlacedColumn[]): string[] {
  const firsts = columns.filter(({ isFirst }) => isFirst)
  return firsts.map(
    ({ stage, x }) => `<text class="stage" x="${px(x)}" y="${sizes.margin + 14}">${escaped(nameOf(stage))}</text>`,
  )
}

/** Whether a later job waits for the whole stage that ends with this column. */
function isWaitedFor(columns: readonly PlacedColumn[], index: number): boolean {
  const next = columns[index + 1]
  if (next?.isFirst !== true) return false
  return columns.some(({ stage, jobs }) => stage === next.stage && jobs.some(({ needs }) => needs === null))
}

const barX = ({ x, width }: PlacedColumn): number => x + width + sizes.columnGap / 2

function barsOf(columns: readonly PlacedColumn[], height: number): string[] {
  return columns.flatMap((column, index) => {
    if (!isWaitedFor(columns, index)) return []
    const x = px(barX(column))
    const [top, bottom] = [sizes.margin + sizes.head - 6, height - sizes.margin + 6]
    return [`<line class="bar" x1="${x}" y1="${top}" x2="${x}" y2="${px(bottom)}"/>`]
  })
}

function edgesOf(columns: readonly PlacedColumn[], boxes: ReadonlyMap<string, Box>): string[] {
  const edges = columns.flatMap((column, index) =>
    column.jobs.flatMap((job) => {
      const to = boxes.get(job.name)
      if (to === undefined) return []
      if (job.needs !== null) return job.needs.flatMap((need) => needEdge(boxes.get(need.job), to, columns))
      const before = columns.slice(0, index).findLast(({ stage }) => stage !== column.stage)
      return before === undefined ? [] : [barEdge(barX(before), to)]
    }),
  )
  return [...new Set(edges)]
}

/** From box to box by the lanes of the columns between. */
function needEdge(from: Box | undefined, to: Box, columns: readonly PlacedColumn[]): string[] {
  if (from === undefined) return []
  const between = columns.filter(({ x }) => x > from.x && x < to.x)
  const lines: string[] = []
  let at = { x: from.x + from.width, y: middle(from) }
  for (const column of between) {
    const y = laneY(column, from.job.name)
    lines.push(curve(at, { x: column.x, y }), `<path class="edge" d="M${px(column.x)} ${px(y)}h${px(column.width)}"/>`)
    at = { x: column.x + column.width, y }
  }
  return [...lines, curve(at, { x: to.x, y: middle(to) })]
}

function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const bend = (to.x - from.x) / 2
  const path = `M${px(from.x)} ${px(from.y)}C${px(from.x + bend)} ${px(from.y)} ${px(to.x - bend)} ${px(to.y)} ${px(to.x)} ${px(to.y)}`
  return `<path class="edge" d="${path}"/>`
}

const barEdge = (x: number, to: Box): string => `<path class="edge" d="M${px(x)} ${px(middle(to))}H${px(to.x)}"/>`

const middle = ({ y }: Box): number => y + sizes.boxHeight / 2

function drawBox({ job, x, y, width }: Box): string[] {
  const note = jobNote(job)
  const kind = job.when === 'manual' || job.when === 'delayed' ? 'box asked' : 'box'
  const textX = px(x + sizes.padding)
  const nameY = px(y + (note === '' ? 28 : 20))
  return [
    `<g><title>${escaped(printable(job.name))}</title>`,
    `<rect class="${kind}" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${sizes.boxHeight}" rx="6"/>`,
    `<text x="${textX}" y="${nameY}">${escaped(nameOf(job.name))}</text>`,
    ...(note === '' ? [] : [`<text class="note" x="${textX}" y="${px(y + 36)}">${escaped(note)}</text>`]),
    '</g>',
  ]
}

const nameOf = (name: string): string => cutTo(printable(name), longestName)

/** Numbers as short as they are, the same on every machine. */
const px = (value: number): string => String(Math.round(value * 10) / 10)

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
