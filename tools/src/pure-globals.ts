import { isTestFile, type SourceFile } from './source-file.ts'
import { lineAt, member, members, pathOfNames, walk, type SyntaxNode } from './syntax.ts'

const hostGlobals = new Set([
  'process',
  'Buffer',
  'global',
  '__dirname',
  '__filename',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'fetch',
  'performance',
  'crypto',
  'window',
  'document',
  'localStorage',
])

/** Calls that read the clock or take chance, though their names belong to the language. */
function impureCall(node: SyntaxNode): string | null {
  const callee = pathOfNames(member(node, 'callee')).join('.')
  if (node.type === 'CallExpression' && ['Date.now', 'Math.random', 'Date'].includes(callee)) return `${callee}()`
  const isNow = node.type === 'NewExpression' && callee === 'Date' && members(node, 'arguments').length === 0
  return isNow ? 'new Date()' : null
}

/** Names that a file itself binds: what it declares, takes as parameters or imports. */
function boundNames(program: SyntaxNode): Set<string> {
  const names = new Set<string>()
  const bind = (pattern: SyntaxNode | null): void => {
    if (pattern === null) return
    for (const node of walk(pattern)) if (node.type === 'Identifier') names.add(String(node['name']))
  }
  for (const node of walk(program)) {
    if (['VariableDeclarator', 'FunctionDeclaration', 'ClassDeclaration'].includes(node.type)) bind(member(node, 'id'))
    if (node.type.startsWith('Import') && node.type.endsWith('Specifier')) bind(member(node, 'local'))
    for (const parameter of members(node, 'params')) bind(parameter)
  }
  return names
}

/** Identifiers in the place of a value: not the name of a member, a key or a type. */
function* valueNames(node: SyntaxNode, parent: SyntaxNode | null): Generator<SyntaxNode> {
  const isName = node.type === 'Identifier'
  const isMemberName = parent?.type === 'MemberExpression' && parent['computed'] !== true && parent['property'] === node
  const isKey = parent !== null && parent['key'] === node && parent['computed'] !== true && parent['shorthand'] !== true
  if (isName && !isMemberName && !isKey) yield node
  if (node.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull|TypeAssertion)/.test(node.type)) return
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) yield* valueNames(child as SyntaxNode, node)
    }
  }
}

/** What a file of `contracts/` or `domain/` uses of its host: globals, the clock, chance. Tests may. */
export function forbiddenGlobals(file: SourceFile, program: SyntaxNode): { line: number; message: string }[] {
  if (!/^(contracts|domain)\//.test(file.path) || isTestFile(file.path)) return []
  const bound = boundNames(program)
  const found: { line: number; message: string }[] = []
  const report = (node: SyntaxNode, name: string): void => {
    found.push({
      line: lineAt(file.text, node.start),
      message: `cannot use ${name}: this room is pure; take what it gives as a parameter`,
    })
  }
  for (const node of valueNames(program, null)) {
    const name = String(node['name'])
    if (hostGlobals.has(name) && !bound.has(name)) report(node, name)
  }
  for (const node of walk(program)) {
    const call = impureCall(node)
    if (call !== null) report(node, call)
  }
  return found
}
