import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { logFiles } from './log-files.ts'
import { quietView } from './quiet-view.ts'

const names = ['unit-test', 'Unit-Test', 'build/x 1/2', '../../up', '..', '编译', 'y'.repeat(300)]

test('each job has a log of its own in the folder, whatever it is called', async () => {
  const folder = scratchFolder()
  const { view, fileOf } = logFiles(folder, names, () => quietView(() => undefined))
  for (const name of names) await view.write(name, Buffer.from(`of ${name}\n`))
  await view.write('unit-test', Buffer.from('more\n'))
  await view.close()
  expect(readdirSync(folder).toSorted()).toEqual(names.map((name) => basename(fileOf(name))).toSorted())
  expect(names.slice(0, 6).map((name) => basename(fileOf(name)))).toEqual([
    'unit-test.log',
    'Unit-Test-2.log',
    'build-x-1-2.log',
    '-..-up.log',
    'job.log',
    '编译.log',
  ])
  expect(readFileSync(fileOf('unit-test'), 'utf8')).toBe('of unit-test\nmore\n')
})

test('a log that cannot be written does not stop the run, is told of once, and what is shown is shown', async () => {
  const shown: string[] = []
  let said = ''
  const { view } = logFiles('/nonexistent/folder', ['a'], () => ({
    ...quietView((text) => void (said += text)),
    write: (_, chunk) => void shown.push(Buffer.from(chunk).toString()),
  }))
  await view.write('a', Buffer.from('one\n'))
  await view.write('a', Buffer.from('two\n'))
  await view.close()
  await view.close()
  expect(said).toBe('Not kept whole, as they could not be written: logs of a\n')
  expect(shown).toEqual(['one\n', 'two\n'])
})
