import { errorTable } from '@sluice/kernel'

/** Codes of `domain/engine`. */
export const errors = errorTable({
  ENGINE_RUN_UNKNOWN: {
    summary: 'A step was asked of a run that the journal does not hold.',
    remedy: 'Look the run up by its id; it may belong to another data folder.',
  },
  ENGINE_RUN_EXISTS: {
    summary: 'A run was created under an id that is taken.',
    remedy: 'Make ids with the Ids port; ask for the run instead of creating it again.',
  },
})
