import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['services/*/test/**/*.test.ts'],
    globalSetup: ['testing/postgres-for-tests.ts'],
    testTimeout: 15_000,
    reporters: ['default', ['junit', { outputFile: 'reports/junit.xml' }]],
    coverage: {
      provider: 'v8',
      include: ['services/*/src/**/*.ts'],
      reporter: ['text', 'text-summary', 'cobertura'],
      reportsDirectory: 'reports',
      // A failing test still says how much it covered.
      reportOnFailure: true,
    },
  },
})
