import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  CLI_PORT_BUSY: {
    summary: 'Another process listens on the port that was asked for.',
    remedy: 'End that process, or choose another port with --port (0: any free one).',
  },
  CLI_DATA_UNWRITABLE: {
    summary: 'The data folder cannot be made or written.',
    remedy: 'Give this user the right to write it, or name another folder with --data.',
  },
  CLI_DISK_FULL: {
    summary: 'The disk of the data folder is full.',
    remedy: 'Free space on that disk, or name a folder on another one with --data.',
  },
  CLI_OUTPUT_LOST: {
    summary: 'Standard output takes no more, though somebody wants it: what a command had to say is lost.',
    remedy: 'Free space where the output is written to, or write it to another place; then run the command again.',
  },
  CLI_PLATFORM_UNSUPPORTED: {
    summary: 'The platform does not run on this system.',
    remedy: 'Run it on Linux (x64, arm64).',
  },
  CLI_MODULES_MISSING: {
    summary: 'The packages of the checkout are not installed, or not completely.',
    remedy: 'Run "npm ci" in the checkout.',
  },
  CLI_SUPERVISED: {
    summary: 'Another "sluice up" looks after the data folder.',
    remedy: 'End it with Ctrl-C or "./sluice down", or name another folder with --data.',
  },
  CLI_PART_FAILED: {
    summary: 'A part of the platform ended while it started.',
    remedy: 'Read its last words in the message, and its log file.',
  },
  CLI_PART_TIMEOUT: {
    summary: 'A part of the platform was not ready in time.',
    remedy: 'Read its log file; is the machine overloaded?',
  },
  CLI_CONSOLE_BUILD_FAILED: {
    summary: 'The console could not be built.',
    remedy: 'Read the log file that the message names.',
  },
  CLI_NOT_RUNNING: {
    summary: 'The platform is not running on this data folder.',
    remedy: 'Start it with "./sluice up" or "npm start".',
  },
  CLI_PROJECT_MISSING: {
    summary: 'The folder of the project is not there.',
    remedy: 'Use a complete checkout: it holds the folder card/.',
  },
  CLI_DEMO_UNKNOWN: {
    summary: 'There is no such demo.',
    remedy: 'Choose one of those that the message names.',
  },
  CLI_CONFIG_DAMAGED: {
    summary: 'A configuration file in the data folder cannot be read.',
    remedy: 'Remove the file; it is made anew.',
  },
  CLI_DATA_DAMAGED: {
    summary: 'The data folder was used before, and lacks a part without which it is not the same any more.',
    remedy: 'Restore the part from a backup, or remove the whole data folder to begin anew.',
  },
  CLI_DATABASE_URL: {
    summary: 'The variable DATABASE_URL names no PostgreSQL that can be used.',
    remedy: 'Set it to a URL such as "postgresql://user:password@host:port/database", or unset it.',
  },
  CLI_RUN_LOST: {
    summary: 'The server went away while a run was followed, and did not come back in time.',
    remedy: 'Start it again with "./sluice up": the run goes on.',
  },
  CLI_JOB_UNKNOWN: {
    summary: 'The plan has no job of that name.',
    remedy: 'Look at the names with "./sluice plan", and with "./sluice explain JOB" at why one is out.',
  },
  CLI_RUN_UNDER_WAY: {
    summary: 'Another "sluice run" runs jobs of the same folder.',
    remedy: 'Wait for its end, or end it with Ctrl-C.',
  },
  CLI_RUN_MISSING: {
    summary: 'There is no run on this machine whose evidence could be judged.',
    remedy: 'Run the jobs first: "./sluice run".',
  },
  CLI_PIPELINE_SERVER_WRONG: {
    summary: 'An environment variable that says where includes are found cannot be read.',
    remedy: 'Correct the variable that the message names; docs/guide/includes.md has them all.',
  },
  CLI_EVENT_WRONG: {
    summary: 'The options that say what happened contradict each other, or the checkout.',
    remedy: 'Name the event and its branch or tag: --event, --branch, --tag, --target, --changed.',
  },
  CLI_VARIABLE_WRONG: {
    summary: 'A variable of the command line or of a file of variables cannot be taken.',
    remedy: 'Write --var KEY=VALUE; in a file one KEY=VALUE a line, each value of 8 characters or more.',
  },
  CLI_PIPELINE_MISSING: {
    summary: 'The folder is not there, or has no .gitlab-ci.yml.',
    remedy: 'Name a folder that has one.',
  },
})

export type CliErrorCode = keyof typeof errors
