import type { ASTNode } from '@marcbachmann/cel-js'
import { factMembers } from './vocabulary.ts'

/** One path that an expression reads: `tests.failed` is `['tests', 'failed']`. */
export type ReadPath = readonly string[]

/** What walking an expression finds out. */
export interface Reads {
  paths: ReadPath[]
  /** What gates do not allow, with its offset. */
  refusal: { offset: number; why: string } | null
}

interface Walk extends Reads {
  readonly reports: ReadonlySet<string>
}

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
/** Members of facts that are lists, long in large projects. */
const lists = new Set(
  Object.values(factMembers).flatMap((members) =>
    Object.entries(members).flatMap(([member, type]) => (type.startsWith('list') ? [member] : [])),
  ),
)

/**
 * Every path from a variable that the expression reads, each once, and the first thing in it that gates do not allow:
 * - `matches`, since the evaluator's regular expressions can be made to run for hours;
 * - a loop in a loop, or a report's list in one, so that time grows with the size of a report and not with its square;
 * - `evidence[…]` by anything but a written name, since nobody could tell beforehand which reports it needs.
 */
export function readsOf(ast: ASTNode, reports: ReadonlySet<string>): Reads {
  const reads: Walk = { paths: [], refusal: null, reports }
  walk(ast, new Set(), reads)
  const seen = new Set<string>()
  const paths = reads.paths.filter((path) => {
    const key = JSON.stringify(path)
    return !seen.has(key) && seen.add(key) !== undefined
  })
  return { paths, refusal: reads.refusal }
}

function walk(node: ASTNode, locals: ReadonlySet<string>, reads: Walk): void {
  const path = pathOf(node)
  if (path) {
    takePath(path, node, locals, reads)
    return
  }
  if (node.op === 'rcall') walkCall(node.args[0], node, node.args[1], node.args[2], locals, reads)
  else if (node.op === 'call') walkCall(node.args[0], node, null, node.args[1], locals, reads)
  else for (const child of childrenOf(node.args)) walk(child, locals, reads)
}

function takePath(path: string[], node: ASTNode, locals: ReadonlySet<string>, reads: Walk): void {
  const [root = '', ...members] = path
  // What is left are loop variables and names of types, as in `type(x) == int`.
  if (locals.has(root) || !(reads.reports.has(root) || root === 'run' || root === 'evidence')) return
  reads.paths.push(path)
  if (root === 'run') return
  if (root !== 'evidence') refuseListInLoop(members, node, locals, reads)
  else if (members.length > 0) refuseListInLoop(members.slice(1), node, locals, reads)
  else refuse(reads, node, 'evidence wants the name of a report after it')
}

function refuseListInLoop([member]: string[], node: ASTNode, locals: ReadonlySet<string>, reads: Walk): void {
  if (locals.size === 0 || (member !== undefined && !lists.has(member))) return
  const what = member === undefined ? 'a whole report' : `list "${member}"`
  refuse(reads, node, `${what} in a loop: a loop must look at one list only`)
}

function walkCall(
  name: string,
  node: ASTNode,
  receiver: ASTNode | null,
  parts: ASTNode[],
  locals: ReadonlySet<string>,
  reads: Walk,
): void {
  if (name === 'matches') refuse(reads, node, 'matches() is not available; use contains(), startsWith() or endsWith()')
  if (receiver) walk(receiver, locals, reads)
  const [variable, ...body] = parts
  if (!receiver || !comprehensions.has(name) || variable?.op !== 'id') {
    for (const part of parts) walk(part, locals, reads)
    return
  }
  if (locals.size > 0) refuse(reads, node, `${name}() in a loop: a loop must not stand in another one`)
  for (const part of body) walk(part, new Set([...locals, variable.args]), reads)
}

/** `a.b["c"]` as a path; `null` for all else. */
function pathOf(node: ASTNode): string[] | null {
  if (node.op === 'id') return [node.args]
  if (node.op === '.') {
    const owner = pathOf(node.args[0])
    return owner ? [...owner, node.args[1]] : null
  }
  if (node.op === '[]' && node.args[1].op === 'value' && typeof node.args[1].args === 'string') {
    const owner = pathOf(node.args[0])
    return owner ? [...owner, node.args[1].args] : null
  }
  return null
}

/** The nodes among an operator's operands, which come alone, in lists and in lists of pairs. */
function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

function refuse(reads: Reads, node: ASTNode, why: string): void {
  reads.refusal ??= { offset: node.start, why }
}
