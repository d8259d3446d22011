import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Rooms without effects and without state: their tests share one process, as nothing of one can be seen by another. */
const pure = ['{contracts,domain}/**/*.test.ts']
/** Tests that need a PostgreSQL, which their project starts before the first of them. */
const onPostgres = ['adapters/store-postgres/**/*.test.ts', 'apps/server/**/*.test.ts']
const exclude = ['**/node_modules/**', 'tests/delivery/**', 'tests/peer/**', 'card/**']

export default defineConfig({
  test: {
    passWithNoTests: false,
    testTimeout: 20_000,
    // The default leaves one core of two idle while tests wait for the processes that they start.
    maxWorkers: '100%',
    // Processes that tests start read their TypeScript stripped and compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') },
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: pure, exclude, pool: 'threads', isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['{adapters,apps,tools,tests,bench}/**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...onPostgres],
        },
      },
      {
        extends: true,
        test: { name: 'postgres', include: onPostgres, exclude, globalSetup: ['tests/support/postgres.ts'] },
      },
    ],
  },
})
