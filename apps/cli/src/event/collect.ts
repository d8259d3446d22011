/** For an option that may be repeated: all its values, in order. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}
