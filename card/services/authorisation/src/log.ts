/** Where log lines go. */
export type Log = (event: string, fields?: Record<string, string | number | null>) => void

/** Writes one JSON object a line. Amounts, keys and account ids are not logged. */
export function lineLog(write: (line: string) => void, now: () => Date): Log {
  return (event, fields = {}) => write(`${JSON.stringify({ at: now().toISOString(), event, ...fields })}\n`)
}

/** The log of a process: its standard output. */
export const processLog: Log = lineLog(
  (line) => process.stdout.write(line),
  () => new Date(),
)
