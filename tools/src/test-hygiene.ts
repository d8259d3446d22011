import { isTestFile, type SourceFile } from './source-file.ts'
import { lineAt, literalText, member, members, parse, pathOfNames, walk, type SyntaxNode } from './syntax.ts'

/** A test that waits by the clock, asserts nothing, or is switched off. */
export interface HygieneProblem {
  path: string
  line: number
  message: string
}

/** What the check saw; no tests seen is for the caller to treat as a failure. */
export interface HygieneReport {
  problems: HygieneProblem[]
  files: number
  tests: number
}

const sleepers = new Set(['setTimeout', 'setInterval', 'sleep', 'waitForTimeout', 'delay'])
const sleepInSql = 'pg_sleep'
const suites = new Set(['test', 'it', 'describe'])
const functionTypes = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'])

/** Checks the test files among the given ones. */
export function checkHygiene(files: SourceFile[]): HygieneReport {
  const tests = files.filter(({ path }) => isTestFile(path))
  const reports = tests.map(checkFile)
  return {
    problems: reports.flatMap(({ problems }) => problems),
    files: tests.length,
    tests: reports.reduce((sum, { count }) => sum + count, 0),
  }
}

function checkFile(file: SourceFile): { problems: HygieneProblem[]; count: number } {
  const program = parse(file)
  const functions = namedFunctions(program)
  const problems: HygieneProblem[] = []
  let count = 0
  for (const node of walk(program)) {
    const found = [sleepIn(node), switchedOff(node)]
    const body = testBody(node, functions)
    if (body !== null) {
      count += 1
      if (!asserts(body, functions, new Set())) found.push('this test asserts nothing')
    }
    for (const message of found) {
      if (message !== null) problems.push({ path: file.path, line: lineAt(file.text, node.start), message })
    }
  }
  return { problems, count }
}

/** Names of a callee from the outside in, through calls: `test.each(rows)` gives `test`, `each`. */
function calleeNames(node: SyntaxNode | null): string[] {
  if (node?.type === 'CallExpression') return calleeNames(member(node, 'callee'))
  if (node?.type === 'TaggedTemplateExpression') return calleeNames(member(node, 'tag'))
  return pathOfNames(node)
}

function sleepIn(node: SyntaxNode): string | null {
  if (
    node.type === 'ImportDeclaration' &&
    /^(node:)?timers(\/promises)?$/.test(literalText(member(node, 'source')) ?? '')
  ) {
    return 'tests do not sleep: wait for the event, or pass a clock in'
  }
  if (sqlOf(node).includes(sleepInSql)) {
    return `tests do not sleep, and this one calls ${sleepInSql}: wait for the event, or hold a lock`
  }
  if (node.type !== 'CallExpression') return null
  const callee = member(node, 'callee')
  const property = callee?.type === 'MemberExpression' ? member(callee, 'property')?.['name'] : callee?.['name']
  const isWait = pathOfNames(callee).join('.') === 'Atomics.wait'
  if (!isWait && !sleepers.has(String(property))) return null
  return `tests do not sleep, and this one calls ${String(property)}: wait for the event, or pass a clock in`
}

/** What a text within the code says, in small letters: a string, or a piece of a template. */
function sqlOf(node: SyntaxNode): string {
  const piece = node.type === 'TemplateElement' ? (node['value'] as { raw?: string }).raw : null
  const text = node.type === 'Literal' ? literalText(node) : piece
  return (text ?? '').toLowerCase()
}

function switchedOff(node: SyntaxNode): string | null {
  if (node.type !== 'CallExpression') return null
  const names = calleeNames(node)
  const [first = ''] = names
  if (['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe'].includes(first)) return `${first} switches tests off`
  if (suites.has(first)) return switchedOffSuite(names, node)
  const isContextSkip = names.length === 2 && names[1] === 'skip' && ['context', 'ctx', 't'].includes(first)
  const reason = members(node, 'arguments').at(-1)
  return isContextSkip && reason === undefined ? 'a skipped test needs a reason: context.skip("…")' : null
}

function switchedOffSuite(names: string[], node: SyntaxNode): string | null {
  const last = names.slice(1).find((name) => ['only', 'skip', 'todo', 'fails'].includes(name))
  if (last !== undefined)
    return `${names[0]}.${last} switches tests off: use skipIf with a condition whose name says why`
  const condition = names.includes('skipIf') || names.includes('runIf') ? members(node, 'arguments')[0] : undefined
  const isInner = pathOfNames(member(node, 'callee')).length > 0
  if (condition?.type === 'Literal' && isInner) return 'skipIf needs a condition whose name says why, not a literal'
  return null
}

/** Functions of a file that have a name, by that name. */
function namedFunctions(program: SyntaxNode): Map<string, SyntaxNode> {
  const found = new Map<string, SyntaxNode>()
  for (const node of walk(program)) {
    const name = member(node, 'id')?.['name']
    const value = node.type === 'VariableDeclarator' ? member(node, 'init') : node
    if (typeof name === 'string' && value !== null && functionTypes.has(value.type)) found.set(name, value)
  }
  return found
}

/** The function that a call of `test` or `it` registers; `null` where the node is no such call. */
function testBody(node: SyntaxNode, functions: Map<string, SyntaxNode>): SyntaxNode | null {
  if (node.type !== 'CallExpression' || !['test', 'it'].includes(calleeNames(node)[0] ?? '')) return null
  for (const argument of members(node, 'arguments').toReversed()) {
    if (functionTypes.has(argument.type)) return argument
    const named = argument.type === 'Identifier' ? functions.get(String(argument['name'])) : undefined
    if (named !== undefined) return named
  }
  return null
}

/** Whether a function calls `expect…`, `assert…` or shared cases, itself or through functions of its file. */
function asserts(body: SyntaxNode, functions: Map<string, SyntaxNode>, visited: Set<SyntaxNode>): boolean {
  if (visited.has(body)) return false
  visited.add(body)
  for (const node of walk(body)) {
    if (node.type !== 'CallExpression') continue
    const names = calleeNames(node)
    if (names.some((name) => /^(expect|assert)/.test(name) || /[cC]ases$/.test(name))) return true
    const local = functions.get(names[0] ?? '')
    if (local !== undefined && asserts(local, functions, visited)) return true
  }
  return false
}
