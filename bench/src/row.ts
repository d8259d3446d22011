/** A program to be timed. */
export interface Work {
  command: readonly string[]
  cwd: string
  /** Done before each run, outside of the time. */
  before?: () => Promise<void>
  /** How often at most: for what takes a minute each. */
  runsMax?: number
  /** The figure in seconds, where it is not the time from start to end: read from what the program printed. */
  secondsIn?: (output: string, startedAtS: number) => number
}

/** Whose work is timed. */
export const sides = ['floor', 'ours', 'peer'] as const
export type Side = (typeof sides)[number]

/** A figure to be reached. Several of one row must all be. */
export type Reach =
  | { kind: 'seconds'; atMost: number }
  | { kind: 'times'; of: 'floor' | 'peer'; atMost: number }
  /** Peak of the largest process, in MB (1,000,000 bytes). */
  | { kind: 'peak'; atMostMb: number }

export interface Row {
  name: string
  title: string
  reach: readonly Reach[]
  /** Makes what is needed in an empty folder. */
  prepare(folder: string): Promise<Partial<Record<Side, Work>>>
}

/** What some runs of one side gave. */
export interface Figures {
  /** Median, seconds. */
  wallS: number
  /** Median of user and system time of all processes, seconds; `null` where the program `time` is missing. */
  cpuS: number | null
  /** Median of the largest process's peak, in MB; `null` as above. */
  peakMb: number | null
  /** Every run's time, in order. */
  runsS: number[]
}

export interface RowResult {
  name: string
  title: string
  reach: readonly Reach[]
  figures: Partial<Record<Side, Figures>>
}
