import { relative } from 'node:path'
import { checkBorders } from './borders.ts'
import { runCommand } from './command.ts'
import { documentProblems, isReadable } from './documents.ts'
import { checkErrorsReference } from './errors-reference.ts'
import { checkKeywordsReference } from './keywords-reference.ts'
import { readRepository } from './repository.ts'
import { listFiles, readFiles } from './source-file.ts'
import { checkHygiene } from './test-hygiene.ts'

/** What one check found: how much it looked at, and every problem. Nothing looked at is a problem. */
export interface StepResult {
  looked: string
  problems: string[]
}

/** One check of this repository. */
export interface Step {
  name: string
  run(root: string): Promise<StepResult>
}

/** Turns a count of what was looked at into a result that fails at zero. */
export function resultOf(count: number, of: string, problems: string[]): StepResult {
  const nothing = count === 0 ? [`this check looked at no ${of}`] : []
  return { looked: `${count} ${of}`, problems: [...nothing, ...problems] }
}

const projects = ['tsconfig.pure.json', 'tsconfig.node.json', 'tsconfig.console.json']

/** Whether a line of the compiler's output is the path of a file that it read. */
const isListed = (line: string): boolean => line.startsWith('/') || /^[A-Z]:[\\/]/.test(line)

/** Runs the compiler over one project; gives the repository's files that it read. */
async function compile(root: string, project: string): Promise<{ files: string[]; problems: string[] }> {
  const { exitCode, output } = await runCommand(root, 'tsc', ['-p', project, '--listFiles', '--pretty', 'false'])
  const lines = output.split('\n').filter((line) => line !== '')
  const files = lines.filter(isListed).map((path) => relative(root, path).replaceAll('\\', '/'))
  const own = files.filter((path) => !path.startsWith('..') && !path.includes('node_modules'))
  const empty = own.length === 0 ? [`${project} looks at no file of this repository`] : []
  return { files: own, problems: exitCode === 0 ? empty : [...empty, ...lines.filter((line) => !isListed(line))] }
}

/** All three projects, and that no TypeScript file is outside them. `card/` is checked by its own pipeline. */
const types: Step = {
  name: 'types',
  async run(root) {
    const results = []
    for (const project of projects) results.push(await compile(root, project))
    const seen = new Set(results.flatMap(({ files }) => files))
    const forgotten = readRepository(root)
      .sources.map(({ path }) => path)
      .filter((path) => !seen.has(path) && !path.startsWith('card/'))
    const problems = results.flatMap((result) => result.problems)
    return resultOf(seen.size, 'files', [...problems, ...forgotten.map((path) => `${path} belongs to no tsconfig`)])
  },
}

/** The number before ` files` in what oxlint and oxfmt say at their end. */
export const filesIn = (output: string): number => Number(/\bon (\d+) files?\b/.exec(output)?.[1] ?? 0)

const lint: Step = {
  name: 'lint',
  async run(root) {
    const { exitCode, output } = await runCommand(root, 'oxlint', [
      '--type-aware',
      '--deny-warnings',
      '--disable-nested-config',
    ])
    return resultOf(filesIn(output), 'files', exitCode === 0 ? [] : [output.trim()])
  },
}

const format: Step = {
  name: 'format',
  async run(root) {
    const { exitCode, output } = await runCommand(root, 'oxfmt', ['--check'])
    return resultOf(filesIn(output), 'files', exitCode === 0 ? [] : [output.trim(), 'run "npx oxfmt" to mend it'])
  },
}

/** Names of the workspaces that knip's debug output says it included. */
export function workspacesIn(output: string): string[] {
  const list = /Included workspaces\s*\n\[(.*?)\]/s.exec(output)?.[1] ?? ''
  return [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name)
}

const unusedCode: Step = {
  name: 'unused code',
  async run(root) {
    const { exitCode, output } = await runCommand(root, 'knip', ['--no-progress', '--debug'])
    const seen = workspacesIn(output)
    const missed = readRepository(root)
      .packages.filter(({ folder, name }) => !/^card(\/|$)/.test(folder) && !seen.includes(name))
      .map(({ folder }) => `knip did not look at ${folder === '' ? 'the root' : folder}`)
    if (exitCode === 0) return resultOf(seen.length, 'workspaces', missed)
    const report = await runCommand(root, 'knip', ['--no-progress', '--no-config-hints'])
    return resultOf(seen.length, 'workspaces', [...missed, report.output.trim()])
  },
}

const borders: Step = {
  name: 'borders',
  async run(root) {
    const { sources, packages } = readRepository(root)
    const report = checkBorders(sources, packages)
    const problems = report.problems.map(({ path, line, message }) => `${path}:${line} ${message}`)
    return resultOf(report.imports, `imports in ${report.files} files`, problems)
  },
}

const testHygiene: Step = {
  name: 'test hygiene',
  async run(root) {
    const report = checkHygiene(readRepository(root).sources)
    const problems = report.problems.map(({ path, line, message }) => `${path}:${line} ${message}`)
    return resultOf(report.tests, `tests in ${report.files} files`, problems)
  },
}

const errorCodes: Step = {
  name: 'error codes',
  async run(root) {
    const { problems, tables, codes } = await checkErrorsReference(root)
    return resultOf(codes, `codes in ${tables} tables`, problems)
  },
}

const keywords: Step = {
  name: 'keywords',
  async run(root) {
    const { problems, keywords: count } = await checkKeywordsReference(root)
    return resultOf(count, 'keywords', problems)
  },
}

const documents: Step = {
  name: 'documents',
  async run(root) {
    const files = readFiles(root, isReadable)
    const allPaths = listFiles(root, () => true)
    return resultOf(files.length, 'files', documentProblems(files, allPaths, root))
  },
}

/** Every check, the longest first so that they end together. */
export const steps: Step[] = [types, lint, unusedCode, format, borders, testHygiene, errorCodes, keywords, documents]
