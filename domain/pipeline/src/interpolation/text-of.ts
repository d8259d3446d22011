import type { Located } from '../yaml/located.ts'

/** A value inside a longer text: scalars as GitLab writes them, lists and maps as JSON. */
export function textOf(value: Located): string {
  return value.kind === 'scalar' ? value.text : jsonOf(value)
}

function jsonOf(value: Located): string {
  if (value.kind === 'list') return `[${value.items.map(jsonOf).join(', ')}]`
  if (value.kind === 'map') {
    const entries = [...value.entries].map(([key, entry]) => `${JSON.stringify(key)}: ${jsonOf(entry.value)}`)
    return `{${entries.join(', ')}}`
  }
  if (value.kind === 'reference') return JSON.stringify(`!reference [${value.keys.join(', ')}]`)
  return typeof value.value === 'number' ? value.text : JSON.stringify(value.value)
}
