import { SluiceError } from '@sluice/kernel'
import type { PostgresErrorCode } from './errors.ts'

const signs: readonly { code: PostgresErrorCode; pattern: RegExp; words: (dataFolder: string) => string }[] = [
  {
    code: 'POSTGRES_DISK_FULL',
    pattern: /no space left on device|disk quota exceeded/i,
    words: (dataFolder) => `the disk of folder "${dataFolder}" is full; free some space and start again`,
  },
  {
    code: 'POSTGRES_DATA_VERSION',
    pattern: /database files are incompatible with server|initialized by PostgreSQL version/i,
    words: (dataFolder) => `folder "${dataFolder}" was made by another version of PostgreSQL`,
  },
  {
    code: 'POSTGRES_DATA_CORRUPT',
    pattern:
      /PANIC: |required WAL directory .* does not exist|is not a valid data directory|could not (open|read|find|access|locate) .*(pg_control|PG_VERSION|control file|checkpoint record|the database system|pg_filenode\.map|base\/|pg_wal|pg_hba)|incorrect checksum in control file|invalid (checkpoint record|data in file|page in block)|bogus data in lock file|could not load|syntax error in file|configuration file .* contains errors/i,
    words: (dataFolder) => `the database in folder "${dataFolder}" is damaged; restore it, or move the folder away`,
  },
]

/** One sentence for what PostgreSQL wrote before it ended. */
export function failureOf(action: string, output: string, dataFolder: string, logFile: string): SluiceError {
  const sign = signs.find((candidate) => candidate.pattern.test(output))
  const reason = reasonIn(output)
  if (sign === undefined)
    return new SluiceError<PostgresErrorCode>('POSTGRES_START_FAILED', `Cannot ${action}: ${reason} (log: ${logFile})`)
  return new SluiceError<PostgresErrorCode>(
    sign.code,
    `Cannot ${action}: ${sign.words(dataFolder)} (PostgreSQL says: ${reason})`,
  )
}

function reasonIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const worst = lines.find((line) => /(PANIC|FATAL|initdb: error|error):/.test(line)) ?? lines.at(-1)
  const text = (worst ?? 'it ended without a word').replace(/^.*?(PANIC|FATAL|initdb: error): +/, '')
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
