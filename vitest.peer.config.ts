import { defineConfig } from 'vitest/config'

/** Comparisons with gitlab-ci-local, which takes half a second for each of some hundreds. */
export default defineConfig({
  test: {
    include: ['tests/peer/**/*.test.ts'],
    passWithNoTests: false,
    maxConcurrency: 2,
    testTimeout: 200_000,
  },
})
