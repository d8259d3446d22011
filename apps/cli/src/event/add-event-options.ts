import { Option, type Command } from 'commander'
import { collect } from './collect.ts'
import { eventNames } from './event-options.ts'

/** Gives a command the options that say what happened: the same for all that compile a pipeline. */
export function addEventOptions(command: Command): Command {
  const event = new Option('--event <event>', 'what happened (default: push)').choices(eventNames)
  return command
    .addOption(event)
    .option('--branch <name>', 'the branch, of a merge request its source (default: the one that is checked out)')
    .option('--tag <name>', 'the tag that was pushed, or that the event is for')
    .option('--target <branch>', 'target of the merge request (default: the default branch)')
    .option('--changed <file...>', 'paths that the change touches (default: what Git says)')
    .option('--var <KEY=VALUE>', 'a variable of the pipeline, above all others; may be repeated', collect)
    .option(
      '--var-file <file>',
      'variables as lines KEY=VALUE, hidden wherever they are shown; may be repeated',
      collect,
    )
    .option('--include-untracked', 'take files that Git does not track yet, but for ignored ones')
}
