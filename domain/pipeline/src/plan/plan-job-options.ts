import type { PlanArtifacts, PlanJobOptions, PlanPages } from '@sluice/contracts/plan'
import { defaultArtifacts } from '../read/artifacts.ts'
import type { JobOptions } from '../read/job-options.ts'
import { pathPrefixOf } from '../read/pages.ts'
import { expandTexts } from '../variables/expand-texts.ts'

/**
 * A job's options with their variables filled in. Lines of a shell keep theirs, which the shell knows, and get only the
 * job's inputs.
 * @param text fills in variables and inputs
 * @param fill fills in inputs alone
 */
export function planJobOptions(
  { onStopPlace: _place, hooks, run, inputs, pages, ...options }: JobOptions,
  text: (value: string) => string,
  fill: (value: string) => string,
): PlanJobOptions {
  return {
    ...expandTexts(options, text),
    ...(hooks === undefined ? {} : { hooks: expandTexts(hooks, fill) }),
    ...(run === undefined ? {} : { run: expandTexts(run, fill) }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(pages === undefined ? {} : { pages: planPages(expandTexts(pages, text)) }),
  }
}

function planPages(pages: PlanPages): PlanPages {
  return pages.pathPrefix === undefined ? pages : { ...pages, pathPrefix: pathPrefixOf(pages.pathPrefix) }
}

/** The folder of a pages job is among its artifacts (GitLab's `pages.publish`). */
export function withPages(artifacts: PlanArtifacts | null, pages: PlanPages | undefined): PlanArtifacts | null {
  if (pages === undefined || artifacts?.paths.includes(pages.publish)) return artifacts
  const { paths, ...rest } = artifacts ?? defaultArtifacts
  return { ...rest, paths: [...paths, pages.publish] }
}
