/**
 * Whether colours may be written to a stream: it is a terminal, that knows them (`TERM` is not `dumb`), and nobody asked
 * for none (`NO_COLOR` with any text but an empty one; no-color.org).
 */
export function hasColour(stream: { isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
