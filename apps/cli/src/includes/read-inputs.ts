/** `name=value` of the command line as inputs; of a name that is given twice the last value counts. */
export function readInputs(written: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    written.map((text) => {
      const at = text.indexOf('=')
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
