import { parseSync } from 'oxc-parser'
import type { SourceFile } from './source-file.ts'

/** A node of the ESTree that oxc-parser makes, as the checks walk it. */
export interface SyntaxNode {
  type: string
  start: number
  end: number
  [member: string]: unknown
}

/** One module that a file names, and where. */
export interface ImportedModule {
  specifier: string
  /** Counts from 1. */
  line: number
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** Parses a file. @throws Error where it is no TypeScript. */
export function parse(file: SourceFile): SyntaxNode {
  const { program, errors } = parseSync(file.path, file.text)
  const [first] = errors
  if (first) throw new Error(`Cannot parse ${file.path}: ${first.message}`)
  return program as unknown as SyntaxNode
}

/** Nodes directly below a node, in the order of the source. */
function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

/** A node and all nodes below it, outermost first. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node
  for (const child of childrenOf(node)) yield* walk(child)
}

/** A member of a node that is itself a node. */
export function member(node: SyntaxNode, name: string): SyntaxNode | null {
  const value = node[name]
  return isNode(value) ? value : null
}

/** A member of a node that is a list of nodes. */
export function members(node: SyntaxNode, name: string): SyntaxNode[] {
  const value = node[name]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The text of a string literal, or of a template without placeholders. */
export function literalText(node: SyntaxNode | null | undefined): string | null {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node?.type !== 'TemplateLiteral' || members(node, 'expressions').length > 0) return null
  const quasi = members(node, 'quasis')[0]
  return (quasi?.['value'] as { cooked?: string } | undefined)?.cooked ?? ''
}

/** `a`, `a.b`, `a.b.c` as a list of names; empty where it is no plain path of names. */
export function pathOfNames(node: SyntaxNode | null): string[] {
  if (node === null) return []
  if (node.type === 'Identifier') return [String(node['name'])]
  if (node.type !== 'MemberExpression' || node['computed'] === true) return []
  const owner = pathOfNames(member(node, 'object'))
  const name = member(node, 'property')?.['name']
  return owner.length > 0 && typeof name === 'string' ? [...owner, name] : []
}

/** Line of an offset, counted from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

const withSource = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

/** Every module that a file names: imports, re-exports, `import()` of a literal, `import('…')` in types, `require`. */
export function importsOf(file: SourceFile, program: SyntaxNode): ImportedModule[] {
  const found: ImportedModule[] = []
  for (const node of walk(program)) {
    const isRequire = node.type === 'CallExpression' && pathOfNames(member(node, 'callee')).join('.') === 'require'
    const source = isRequire ? members(node, 'arguments')[0] : withSource.has(node.type) ? member(node, 'source') : null
    const specifier = literalText(source)
    if (specifier !== null) found.push({ specifier, line: lineAt(file.text, node.start) })
  }
  return found
}
