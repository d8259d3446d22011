import { errorTable } from '@sluice/kernel'

/** Every code that `@sluice/gates` raises. */
export const errors = errorTable({
  POLICY_TOO_LARGE: {
    summary: 'The policy file is larger than 256 KiB.',
    remedy: 'Take out what is not needed; a policy of a large project has some hundred lines.',
  },
  POLICY_INVALID: {
    summary: 'The policy file has mistakes; all of them are listed with their places.',
    remedy: 'Correct each place. An unknown key is a mistake too, so that a misspelt rule is not silently absent.',
  },
})
