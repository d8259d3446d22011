/**
 * The bash script of a step, as GitLab Runner makes it: stops at the first failure, also inside a pipe, and shows each
 * line before it runs, of a line with line breaks only the first.
 */
export function stepScript(lines: readonly string[]): string {
  const commands = lines.flatMap((line) => [`printf '%s\\n' ${bashQuote(echoOf(line))}`, line])
  // One stream keeps the order of what is written to the two.
  return ['exec 2>&1', 'set -eo pipefail', 'set +o noclobber', ...commands, ''].join('\n')
}

function echoOf(line: string): string {
  const [first = '', ...more] = line.trimEnd().split('\n')
  return `\u001B[32;1m$ ${first}${more.length > 0 ? ' # collapsed multi-line command' : ''}\u001B[0;m`
}

const bashQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
