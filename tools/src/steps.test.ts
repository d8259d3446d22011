import { cpSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { repositoryRoot } from './repository.ts'
import { filesIn, resultOf, steps, workspacesIn } from './steps.ts'

let root = ''
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const manifest = (name: string): string =>
  JSON.stringify({ name, version: '0.0.0', type: 'module', exports: { '.': './src/index.ts' } })
const problemsOf = async (name: string): Promise<string> => {
  const step = steps.find((candidate) => candidate.name === name)
  return (await step!.run(root)).problems.join('\n')
}

/** A repository in small, with our configuration and our tools, and one fault of each kind in it. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-steps-'))
  const configs = [
    '.gitignore',
    'knip.json',
    '.oxlintrc.json',
    '.oxfmtrc.json',
    'tsconfig.base.json',
    'tsconfig.json',
    'tsconfig.pure.json',
  ]
  for (const file of [...configs, 'tsconfig.node.json', 'tsconfig.console.json'])
    cpSync(join(repositoryRoot, file), join(root, file))
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'))
  write('package.json', JSON.stringify({ name: 'small', private: true, workspaces: ['contracts', 'domain/*'] }))
  write('contracts/package.json', manifest('@small/contracts'))
  write('contracts/src/index.ts', `export const one: string = 1\n`)
  write('domain/a/package.json', manifest('@small/a'))
  write('domain/a/src/index.ts', `export { used } from './used.ts'\n`)
  write('domain/a/src/used.ts', `export const used = 1\nexport const   planted = 2\n`)
  write('domain/a/src/lonely.ts', `export const lonely = 1\n`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('types finds a mistake, a project without files and a file without a project', async () => {
  write('elsewhere/a.ts', `export const a = 1\n`)
  const problems = await problemsOf('types')
  rmSync(join(root, 'elsewhere'), { recursive: true })
  expect(problems).toContain('error TS2322')
  expect(problems).toContain('tsconfig.console.json looks at no file')
  expect(problems).toContain('elsewhere/a.ts belongs to no tsconfig')
})

test('lint finds a floating promise', async () => {
  write('domain/a/src/lonely.ts', `export async function f(): Promise<void> {}\nf()\n`)
  expect(await problemsOf('lint')).toContain('no-floating-promises')
})

test('unused code finds an export and a file that nothing uses', async () => {
  const problems = await problemsOf('unused code')
  expect(problems).toContain('planted')
  expect(problems).toContain('domain/a/src/lonely.ts')
})

test('format finds a file that is not formatted', async () => {
  expect(await problemsOf('format')).toContain('domain/a/src/used.ts')
})

test('a check that looked at nothing fails', async () => {
  expect(resultOf(0, 'files', []).problems).toEqual(['this check looked at no files'])
  expect(await problemsOf('test hygiene')).toContain('looked at no tests')
  expect(await problemsOf('error codes')).toContain('looked at no codes')
})

test('reads how much the programs looked at', () => {
  expect(filesIn('Finished in 21ms on 25 files using 2 threads.')).toBe(25)
  expect(filesIn('No files found matching the given patterns.')).toBe(0)
  expect(workspacesIn(`[*] Included workspaces\n[\n  'a',\n  '@b/c'\n]`)).toEqual(['a', '@b/c'])
})
