import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{contracts,domain,adapters,apps,tools,tests}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'tests/delivery/**', 'card/**'],
    passWithNoTests: false,
    testTimeout: 20_000,
  },
})
