import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { readVariables } from './read-variables.ts'

const fileWith = (text: string): string => join(writeFiles(scratchFolder(), { 'secrets.env': text }), 'secrets.env')

test('--var is taken as it is, and above the files; those are hidden and not expanded', async () => {
  const file = fileWith('# of the bank\n\nTOKEN=abc$def=gh\r\nexport PASSWORD="with spaces "\n')
  expect(await readVariables({ var: ['A=1', 'EMPTY=', 'A=x=y'], varFile: [file] })).toEqual({
    project: [
      { key: 'TOKEN', value: 'abc$def=gh', masked: true, raw: true },
      { key: 'PASSWORD', value: 'with spaces ', masked: true, raw: true },
    ],
    pipeline: [
      { key: 'A', value: '1' },
      { key: 'EMPTY', value: '' },
      { key: 'A', value: 'x=y' },
    ],
  })
})

test.each([
  ['no equals sign', 'TOKENabcdefgh\n', ':1: wanted KEY=VALUE'],
  ['no name', '\n=abcdefghij\n', ':2: wanted KEY=VALUE'],
  ['a name that no shell takes', 'A-B=abcdefghij\n', ':1: wanted KEY=VALUE'],
  ['a value too short to be hidden', 'TOKEN=abcdefg\n', ':1: TOKEN is too short to be hidden'],
])('a file with %s is refused, its values unsaid', async (_, text, words) => {
  const problem = await readVariables({ varFile: [fileWith(text)] }).catch((error: unknown) => error)
  expect(problem).toMatchObject({ code: 'CLI_VARIABLE_WRONG', message: expect.stringContaining(words) as string })
  expect((problem as Error).message).not.toContain('abcdefg')
})

test('a file that is not there, and one that is too large, are refused', async () => {
  await expect(readVariables({ varFile: ['/nonexistent/a'] })).rejects.toThrow('cannot be read (ENOENT)')
  const file = fileWith('')
  truncateSync(file, 1024 * 1024 + 1)
  for (const path of [file, '/dev/zero'])
    await expect(readVariables({ varFile: [path] })).rejects.toThrow('wanted 1048576 bytes at most')
})

test.each(['A', '=1', '1A=1', 'A B=1'])('--var %j is refused', async (text) => {
  await expect(readVariables({ var: [text] })).rejects.toMatchObject({ code: 'CLI_VARIABLE_WRONG' })
})
