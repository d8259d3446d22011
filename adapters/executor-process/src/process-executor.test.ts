import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { executorCases } from '@sluice/execution/testing'
import { afterAll, describe } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { processExecutor } from './index.ts'

const base = mkdtempSync(join(tmpdir(), 'sluice-executor-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe('processExecutor()', () => {
  executorCases(async () => ({
    executor: processExecutor({ folder: join(base, 'jobs'), isolation: plainIsolation() }),
    image: null,
    makeTree: async (files) => {
      const tree = mkdtempSync(join(base, 'tree-'))
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(tree, path)), { recursive: true })
        writeFileSync(join(tree, path), content)
      }
      return tree
    },
    freePlace: () => join(mkdtempSync(join(base, 'place-')), 'tree'),
    decode: (bytes) => Buffer.from(bytes).toString('utf8'),
    read: async (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  }))
})
