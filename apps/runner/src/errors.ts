import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  RUNNER_CONFIG: {
    summary: 'The file of settings cannot be read, is open to others, or says something that has no meaning.',
    remedy: 'Give `--config` a JSON file of mode 0600 with url, token, name and folder.',
  },
  RUNNER_TOKEN_REFUSED: {
    summary: 'The server does not know this runner by its token.',
    remedy: 'Register the runner again and put the new token into its file of settings.',
  },
  RUNNER_SERVER_ANSWER: {
    summary: 'The server answered a call in a way that the runner does not expect.',
    remedy: 'Look at the status in the message and at the log of the server.',
  },
  RUNNER_SOURCES: {
    summary: 'The sources of a job could not be fetched.',
    remedy: 'Read the lines of git in the log of the job; check that the server can be reached from the runner.',
  },
})
