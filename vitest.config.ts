import { defineConfig } from 'vitest/config'

/** Tests that need a PostgreSQL, which their project starts before the first of them. */
const onPostgres = ['adapters/store-postgres/**/*.test.ts', 'apps/server/**/*.test.ts']
const exclude = ['**/node_modules/**', 'tests/delivery/**', 'tests/peer/**', 'card/**']

export default defineConfig({
  test: {
    passWithNoTests: false,
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['{contracts,domain,adapters,apps,tools,tests,bench}/**/*.test.{ts,tsx}'],
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
