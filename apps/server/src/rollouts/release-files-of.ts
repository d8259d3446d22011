import type { Policy } from '@sluice/contracts/policy'
import { manifestBelow, type ReleaseFile } from '@sluice/delivery'
import { SluiceError } from '@sluice/kernel'
import { listArtifacts, listAttempts, type Unit } from '@sluice/store-postgres'

/**
 * The files that a run's release has where a policy wants it so.
 * @throws SluiceError RELEASE_MISSING_ARCHIVE, DELIVERY_RELEASE_EMPTY
 */
export async function releaseFilesOf(unit: Unit, runId: string, wanted: Policy['release']): Promise<ReleaseFile[]> {
  const attempts = await listAttempts(unit, runId)
  const made = attempts.findLast(({ job, status }) => job === wanted?.job && status === 'success')
  const archive = made && (await listArtifacts(unit, [made.id])).find(({ type }) => type === 'archive')
  if (wanted === undefined || archive === undefined) {
    throw new SluiceError(
      'RELEASE_MISSING_ARCHIVE',
      wanted === undefined
        ? 'Cannot make a release: the policy names no release'
        : `Cannot make a release: job "${wanted.job}" handed in no archive`,
    )
  }
  return manifestBelow(archive.files, wanted.path)
}
