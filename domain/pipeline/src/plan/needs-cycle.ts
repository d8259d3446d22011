/**
 * Finds circles in a graph given as name → names. Each circle is told in full, its first name also at the end; circles
 * that share a job already told are left out. Linear; no recursion, so chains may be long.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>()
  const cycles: string[][] = []
  for (const start of graph.keys()) if (!done.has(start)) walk(start, graph, done, cycles)
  return cycles
}

function walk(
  start: string,
  graph: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  cycles: string[][],
): void {
  const path: string[] = [start]
  const onPath = new Map<string, number>([[start, 0]])
  const next: number[] = [0]
  while (path.length > 0) {
    const depth = path.length - 1
    const name = path[depth] ?? ''
    const target = graph.get(name)?.[next[depth] ?? 0]
    next[depth] = (next[depth] ?? 0) + 1
    if (target === undefined) {
      done.add(name)
      onPath.delete(name)
      path.pop()
      next.pop()
    } else if (onPath.has(target)) {
      cycles.push([...path.slice(onPath.get(target)), target])
    } else if (!done.has(target) && graph.has(target)) {
      onPath.set(target, path.length)
      path.push(target)
      next.push(0)
    }
  }
}
