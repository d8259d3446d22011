/** What a reference finds: a text to put in, or `null` to leave the reference as it is written. */
export type Replace = (name: string) => string | null

const referencePattern = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/** Replaces `$NAME` and `${NAME}` once, from left to right, and keeps `$$`. What is put in is not read again. */
export function replaceReferences(text: string, replace: Replace): string {
  if (!text.includes('$')) return text
  return text.replaceAll(referencePattern, (whole: string, plain?: string, braced?: string) => {
    const name = plain ?? braced
    return name === undefined ? whole : (replace(name) ?? whole)
  })
}

/** Whether a text still has a `$NAME` or `${NAME}` in it. */
export function hasReference(text: string): boolean {
  if (!text.includes('$')) return false
  return [...text.matchAll(referencePattern)].some(([whole]) => whole !== '$$')
}

/** Turns `$$` into `$`. */
export function unescapeDollars(text: string): string {
  return text.includes('$$') ? text.replaceAll('$$', () => '$') : text
}
