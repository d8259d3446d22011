/** Ends a switch that the compiler knows to be exhaustive; throws where data from outside broke the types. */
export function unreachable(value: never): never {
  throw new TypeError(`Cannot handle ${JSON.stringify(value)}: no such kind`)
}
