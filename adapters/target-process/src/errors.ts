import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  TARGET_RELEASE_DAMAGED: {
    summary: 'A release cannot be unpacked: a file is missing, or is not what the manifest says.',
    remedy: 'Deliver the change again, so that the release is packed anew.',
  },
  TARGET_INSTANCE_STOPPED: {
    summary: 'An instance that was stopped is to be started again under the same id.',
    remedy: 'Start a new rollout: stopped ids are never used again.',
  },
  TARGET_INSTANCE_ID_INVALID: {
    summary: 'The id of an instance cannot be used.',
    remedy: 'Use at most 150 letters, digits, dots, dashes and underscores.',
  },
  TARGET_START_FAILED: {
    summary: 'The program of a release cannot be started.',
    remedy: 'Check `command` of the environment in sluice.yml, and the log of the instance.',
  },
  TARGET_RECORD_DAMAGED: {
    summary: 'A record of an instance on disk cannot be read.',
    remedy: 'Move the named file away; the instance it tells of, if any, must be ended by hand.',
  },
})
