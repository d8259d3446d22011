/**
 * Rings of a graph of imports: its strongly connected components of more than one file, and files that import
 * themselves (Tarjan 1972). Each ring is given as one closed walk, e.g. `[a, b, a]`.
 */
export function ringsOf(edges: Map<string, string[]>): string[][] {
  const seen = new Map<string, { index: number; low: number; open: boolean }>()
  const stack: string[] = []
  const rings: string[][] = []
  let next = 0

  const visit = (file: string): number => {
    const own = { index: next, low: next++, open: true }
    seen.set(file, own)
    stack.push(file)
    for (const target of edges.get(file) ?? []) {
      if (!edges.has(target)) continue
      const other = seen.get(target)
      if (other === undefined) own.low = Math.min(own.low, visit(target))
      else if (other.open) own.low = Math.min(own.low, other.index)
    }
    if (own.low === own.index) close(file)
    return own.low
  }
  const close = (file: string): void => {
    const group = stack.splice(stack.indexOf(file))
    for (const name of group) Object.assign(seen.get(name) ?? {}, { open: false })
    if (group.length > 1 || edges.get(file)?.includes(file)) rings.push(closedWalk(file, new Set(group), edges))
  }

  for (const file of edges.keys()) if (!seen.has(file)) visit(file)
  return rings
}

/** A shortest way from `start` back to itself inside its component. */
function closedWalk(start: string, group: Set<string>, edges: Map<string, string[]>): string[] {
  const queue: string[][] = [[start]]
  const visited = new Set<string>()
  for (const walk of queue) {
    for (const target of edges.get(walk.at(-1) ?? '') ?? []) {
      if (target === start) return [...walk, start]
      if (!group.has(target) || visited.has(target)) continue
      visited.add(target)
      queue.push([...walk, target])
    }
  }
  return [...group]
}
