import type { Located } from './located.ts'

/** The value as plain JSON, without its places. */
export function jsonOf(node: Located): unknown {
  if (node.kind === 'list') return node.items.map(jsonOf)
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, jsonOf(value)]))
  return node.kind === 'scalar' ? node.value : node.keys.join('.')
}
