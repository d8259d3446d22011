import { errorTable } from '@sluice/kernel'

/** Codes of `adapters/store-postgres`. */
export const errors = errorTable({
  STORE_UNREACHABLE: {
    summary: 'The database did not answer.',
    remedy: 'Look at the PostgreSQL log in the data folder, or at the host that DATABASE_URL names.',
  },
  STORE_IN_USE: {
    summary: 'Another server of Sluice works on the database.',
    remedy: 'Stop the other one, or give this one a database of its own by DATABASE_URL.',
  },
  STORE_PORTS_TAKEN: {
    summary: 'No port is left for the URL of another environment.',
    remedy: 'Start Sluice with a lower `--port`.',
  },
  STORE_NEWER: {
    summary: 'The database was migrated by a newer Sluice than this one.',
    remedy: 'Start the newer version again, or use another data folder.',
  },
})
