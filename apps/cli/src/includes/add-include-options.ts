import { InvalidArgumentError, type Command } from 'commander'

/** How a pipeline's inputs are given, and what it includes is found. */
export interface IncludeOptions {
  /** `name=value`, as written. */
  input?: readonly string[]
  refreshIncludes?: boolean
}

/** The options of every command that compiles a pipeline. */
export function addIncludeOptions(command: Command): Command {
  return command
    .option('--input <name=value>', 'value for an input of the pipeline (spec:inputs); may be repeated', collected)
    .option('--refresh-includes', 'ask again for everything that is included from elsewhere')
}

function collected(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[^=]+=/.test(text)) return [...before, text]
  throw new InvalidArgumentError('wanted name=value.')
}
