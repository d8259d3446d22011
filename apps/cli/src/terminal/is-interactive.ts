/** Whether lines that were written may be written over: on a terminal that knows how, and not in a pipeline. */
export function isInteractive(stream: { isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === ''
}
