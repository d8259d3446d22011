/** Programs that can read a step's script: bash alone, or any shell of POSIX, bash among them. */
export type StepShell = 'bash' | 'any'

/** What a shell must be told to stop at the first failure. Some shells of POSIX know no `pipefail`, and end at an unknown option. */
const strictness: Record<StepShell, readonly string[]> = {
  bash: ['set -eo pipefail'],
  any: ['if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi', 'set -e'],
}

/**
 * The script of a step, as GitLab Runner makes it: stops at the first failure, also inside a pipe, and shows each line
 * before it runs, of a line with line breaks only the first.
 * @param variables set before the first line, with names that a shell takes
 */
export function stepScript(
  lines: readonly string[],
  shell: StepShell = 'bash',
  variables: Readonly<Record<string, string>> = {},
): string {
  const exports = Object.entries(variables).map(([key, value]) => `export ${key}=${shellQuote(value)}`)
  const commands = lines.flatMap((line) => [`printf '%s\\n' ${shellQuote(echoOf(line))}`, line])
  // One stream keeps the order of what is written to the two.
  return ['exec 2>&1', ...strictness[shell], 'set +o noclobber', ...exports, ...commands, ''].join('\n')
}

function echoOf(line: string): string {
  const [first = '', ...more] = line.trimEnd().split('\n')
  return `\u001B[32;1m$ ${first}${more.length > 0 ? ' # collapsed multi-line command' : ''}\u001B[0;m`
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
