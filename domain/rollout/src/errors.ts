import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  ROLLOUT_STEPS_INVALID: {
    summary: 'The steps of a canary do not rise, or do not end with 100.',
    remedy: 'Write rising weights in per cent that end with 100, for example 10, 50, 100.',
  },
  ROLLOUT_STATE_UNKNOWN: {
    summary: 'A stored rollout has a version that this release of Sluice cannot read.',
    remedy: 'Use the release of Sluice that wrote it, or a newer one; do not downgrade while a rollout runs.',
  },
  ROLLOUT_PORT_UNAVAILABLE: {
    summary: "The port of an environment's URL cannot be listened on.",
    remedy: 'End the program that uses the port, and deliver again.',
  },
  ROLLOUT_GENERATION_STALE: {
    summary:
      "A writer gave the router an older table than it has, or another table under the same generation's number.",
    remedy: 'Read the status of the site and give the next table a higher generation.',
  },
})
