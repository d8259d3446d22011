import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

/** Files in the order of their names: the first delivery fills the data folder that the others go on with. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId))
  }
}

/** Whole deliveries with real processes: minutes, one after the other, on one platform. */
export default defineConfig({
  test: {
    include: ['tests/delivery/**/*.test.ts'],
    globalSetup: ['tests/delivery/harness/global-setup.ts'],
    passWithNoTests: false,
    fileParallelism: false,
    maxWorkers: 1,
    // One worker with one set of modules: the platform stays up from file to file.
    isolate: false,
    sequence: { sequencer: ByName },
    testTimeout: 420_000,
    hookTimeout: 420_000,
    reporters: ['verbose'],
  },
})
