import { errorTable } from '@sluice/kernel'

/** Codes of `domain/delivery`. */
export const errors = errorTable({
  DELIVERY_RELEASE_EMPTY: {
    summary: 'The artifact that becomes the release has no file below the folder that the policy names.',
    remedy: 'Compare `release.path` in sluice.yml with what the job packs under `artifacts: paths`.',
  },
})
