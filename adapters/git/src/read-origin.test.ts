import { expect, test } from 'vitest'
import { developerGit, scratchFolder, writeFiles } from '../testing/scratch.ts'
import { originIn, readOrigin } from './read-origin.ts'

const readAt = async (gitDir: string): Promise<string> => readOrigin({ prefix: '', gitDir, commonDir: gitDir })

test.each<[string, string, boolean]>([
  ['none', '[core]\n\tbare = false\n', true],
  ['as git writes it', '[remote "origin"]\n\turl = https://git.example.org/a/b.git\n\tfetch = +refs/heads/*:x\n', true],
  [
    'the last of two',
    '[remote "origin"]\nurl=one\n[branch "main"]\nurl = other\n[remote "origin"]\n  url = two\n',
    true,
  ],
  ['of another remote', '[remote "fork"]\n\turl = https://git.example.org/c/b.git\n', true],
  ['of another key', '[remote "origin"]\n\turlish = x\n\tpushurl = y\n', true],
  ['in quotes', '[remote "origin"]\n\turl = "a b"\n', false],
  ['with a comment', '[remote "origin"]\n\turl = a ; b\n', false],
  ['in another spelling of the section', '[Remote "origin"]\n\turl = a\n', false],
  ['in a section with a point', '[remote.origin]\n\turl = a\n', false],
  ['on the line of its section', '[remote "origin"] url = a\n', false],
  ['after a line that goes on', '[core]\n\tx = a\\\n[remote "origin"]\n\turl = b\n', false],
])('the address of the remote, %s, is what git says', async (_, settings, isPlain) => {
  const folder = writeFiles(scratchFolder(), { config: settings })
  const args = ['config', '--file', `${folder}/config`, '--default', '', '--get', 'remote.origin.url']
  const said = developerGit(folder, ...args)
  expect(originIn(settings)).toBe(isPlain ? said : null)
  expect(await readAt(folder)).toBe(said)
})
