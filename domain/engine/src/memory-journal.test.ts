import { describe } from 'vitest'
import { journalCases } from '../testing/journal.cases.ts'
import { MemoryJournal } from './memory-journal.ts'

describe('MemoryJournal', () => {
  let last = 0
  journalCases(async () => ({ journal: new MemoryJournal(), runId: () => `run-${++last}` }))
})
