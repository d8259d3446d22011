import { expect, it } from 'vitest'
import { sectionEnd, sectionStart } from './log-section.ts'

it('sectionStart() and sectionEnd() write the markers of GitLab', () => {
  expect(sectionStart('get_sources', 'Getting source', 1_700_000_000_999)).toContain(
    'section_start:1700000000:get_sources\r\u001B[0K',
  )
  expect(sectionEnd('get_sources', 1_700_000_001_000)).toBe('section_end:1700000001:get_sources\r\u001B[0K')
})
