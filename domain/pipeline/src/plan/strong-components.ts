/**
 * The strongly connected components of a graph (Tarjan 1972): each a set of nodes that reach one another, one that is
 * reached from another before it. Linear, and without recursion, so that a chain of thousands is no danger.
 * @param edges by node: the nodes that it points to
 */
export function strongComponents(edges: readonly (readonly number[])[]): number[][] {
  const walk = new Walk(edges)
  for (let node = 0; node < edges.length; node++) if (!walk.isVisited(node)) walk.from(node)
  return walk.components
}

class Walk {
  readonly components: number[][] = []
  readonly #edges: readonly (readonly number[])[]
  /** When a node was met first; -1 for never. */
  readonly #order: Int32Array
  /** The earliest node on the stack that is known to be reached from here. */
  readonly #low: Int32Array
  readonly #onStack: Uint8Array
  readonly #stack: number[] = []
  #met = 0

  constructor(edges: readonly (readonly number[])[]) {
    this.#edges = edges
    this.#order = new Int32Array(edges.length).fill(-1)
    this.#low = new Int32Array(edges.length)
    this.#onStack = new Uint8Array(edges.length)
  }

  isVisited(node: number): boolean {
    return this.#order[node] !== -1
  }

  from(root: number): void {
    const path = [this.#enter(root)]
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = this.#edges[at.node]?.[at.edge++]
      if (next === undefined) {
        path.pop()
        this.#leave(at.node, path.at(-1)?.node)
      } else if (!this.isVisited(next)) path.push(this.#enter(next))
      else if (this.#onStack[next] === 1) this.#lower(at.node, this.#order[next] ?? 0)
    }
  }

  #enter(node: number): { node: number; edge: number } {
    this.#order[node] = this.#met
    this.#low[node] = this.#met++
    this.#stack.push(node)
    this.#onStack[node] = 1
    return { node, edge: 0 }
  }

  #leave(node: number, parent: number | undefined): void {
    const low = this.#low[node] ?? 0
    if (parent !== undefined) this.#lower(parent, low)
    if (low !== this.#order[node]) return
    const members = this.#stack.splice(this.#stack.lastIndexOf(node))
    for (const member of members) this.#onStack[member] = 0
    this.components.push(members)
  }

  #lower(node: number, value: number): void {
    if (value < (this.#low[node] ?? 0)) this.#low[node] = value
  }
}
