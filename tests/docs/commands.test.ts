import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readDocuments, root, type Document } from './documents.ts'

const run = promisify(execFile)
const sluice = join(root, 'sluice')
const helpOf = async (...command: string[]): Promise<string> => (await run(sluice, [...command, '--help'])).stdout

const documents = readDocuments().filter(({ path }) => !path.startsWith('card/'))
const readme = documents.find(({ path }) => path === 'README.md') as Document

/** Commands that a text names as `./sluice <command>`, each once. */
const commandsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\.\/sluice ([a-z][a-z-]*)/g)].map(([, name = '']) => name)),
]

/** Commands that `./sluice --help` lists. */
async function knownCommands(): Promise<string[]> {
  const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(await helpOf()) ?? []
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name)
}

test('every command that a document names is one of ./sluice --help', async () => {
  const known = await knownCommands()
  const named = documents.flatMap(({ path, text }) => commandsIn(text).map((command) => ({ path, command })))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ command }) => !known.includes(command))).toEqual([])
})

test('README names every command but help', async () => {
  const known = await knownCommands()
  expect(commandsIn(readme.text).toSorted()).toEqual(known.filter((name) => name !== 'help').toSorted())
})

test('README names every option of up, and no other', async () => {
  const offered = [...(await helpOf('up')).matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, name = '']) => name)
  const named = [...readme.text.matchAll(/^- `(--[a-z-]+)/gm)].map(([, name = '']) => name)
  expect(named.toSorted()).toEqual(offered.filter((name) => name !== '--help').toSorted())
})

test('README begins with the two commands, in one block, in its first 40 lines', () => {
  const top = readme.text.split('\n').slice(0, 40).join('\n')
  expect(top).toMatch(/^```sh\nnpm ci && npm start +#.*\nnpm ci && npm test +#.*\n```$/m)
})

describe('the commands that need no platform', () => {
  test.each([
    ['plan card', /^deploy +package /m],
    ['plan .', /^test +unit-test /m],
    ['explain dependency-audit card', /schedule/],
    ['lint card', /valid/],
    ['lint .', /valid/],
  ])('./sluice %s works as written', async (command, output) => {
    const { stdout } = await run(sluice, command.split(' '), { cwd: root, env: { ...process.env, NO_COLOR: '1' } })
    expect(stdout).toMatch(output)
  })
})
