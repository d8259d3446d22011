import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jobLines } from './job-lines.ts'

const end = { outcome: 'success', reason: null, exitCode: 0, durationMs: 1000, problem: null } as const

function shown(colour: boolean, ...chunks: (string | Uint8Array)[]): string {
  let text = ''
  const lines = jobLines(['build', 'unit-test'], { colour, write: (more) => (text += Buffer.from(more).toString()) })
  for (const chunk of chunks) void lines.write('build', typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  lines.end('build', end)
  return text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
}

test('every line has its job before it, however the chunks fall', () => {
  const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]
  expect(shown(false, 'on', 'e\ntw', 'o\n\ncaf', first, second)).toBe(
    'build     | one\nbuild     | two\nbuild     | café\n',
  )
})

test('marks of sections are left out, their headings stay', () => {
  const section =
    'section_start:1:step_script\r\u001B[0K\u001B[0K\u001B[36;1mRunning\u001B[0;m\nx\nsection_end:1:step_script\r\u001B[0K'
  expect(shown(false, section)).toBe('build     | Running\nbuild     | x\n')
})

test('colours stay on a terminal, what moves the cursor or sets a title does not', () => {
  const text = shown(true, '\u001B[31mred\u001B[2J\u001B]0;title\u0007\u0008 end\n')
  expect(text).toContain('\u001B[31mred')
  for (const sequence of ['\u001B[2J', '\u001B]0', '\u0008']) expect(text).not.toContain(sequence)
  expect(text.endsWith(' end\u001B[0m\n')).toBe(true)
})

test('the same is shown however the text is cut into chunks', () => {
  const piece = fc.constantFrom('\n', '\r', '\t', ' ', 'word', 'é', '\u001B[31m', '\u001B[0m', '\u0007', '$&', '|')
  fc.assert(
    fc.property(fc.boolean(), fc.array(piece, { maxLength: 40 }), (colour, pieces) => {
      const bytes = Buffer.from(pieces.join(''))
      const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
      expect(shown(colour, bytes)).toBe(shown(colour, ...single))
    }),
  )
})

test('a job that waits for its resource group says so', () => {
  let text = ''
  const lines = jobLines(['deploy'], { colour: false, write: (more) => (text += Buffer.from(more).toString()) })
  lines.wait('deploy', 'production')
  expect(text).toBe('deploy | waits for resource group "production", which another job holds\n')
})

test('a job with a name that patterns would read is shown as it is called', () => {
  let text = ''
  const lines = jobLines(['a$&$1'], { colour: false, write: (more) => (text += Buffer.from(more).toString()) })
  void lines.write('a$&$1', Buffer.from('one\ntwo\n'))
  expect(text).toBe('a$&$1 | one\na$&$1 | two\n')
})
