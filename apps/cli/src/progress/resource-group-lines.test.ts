import type { ResourceClaimView, ResourceGroupView } from '@sluice/contracts/api'
import { expect, test } from 'vitest'
import { resourceGroupLines } from './resource-group-lines.ts'

const claim = (runNumber: number, state: ResourceClaimView['state'], job = 'deploy'): ResourceClaimView => ({
  runId: `run-${runNumber}`,
  runNumber,
  job,
  state,
})
const group = (name: string, more: Partial<ResourceGroupView> = {}): ResourceGroupView => ({
  name,
  processMode: 'unordered',
  holder: null,
  line: [],
  ...more,
})

test.each<[string, ResourceGroupView[], string[]]>([
  ['no group', [], ['No run has named such a resource group.']],
  [
    'groups in columns',
    [
      group('device'),
      group('production', {
        processMode: 'newest_ready_first',
        holder: claim(3, 'held'),
        line: [claim(5, 'waiting'), claim(4, 'upcoming', 'roll\u001bout')],
      }),
    ],
    [
      'device      unordered           free',
      'production  newest_ready_first  held by job "deploy" of run 3; in line: job "deploy" of run 5, ' +
        'job "roll\\u{1b}out" of run 4 (not ready)',
    ],
  ],
])('%s', (_, groups, lines) => {
  expect(resourceGroupLines(groups)).toEqual(lines)
})
