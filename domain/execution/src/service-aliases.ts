import type { PlanService } from '@sluice/contracts/plan'

/**
 * The host names by which a job reaches a service, as GitLab makes them: those that it names, then the image's name without
 * port, tag and digest, with `__` and with `-` for each slash.
 */
export function serviceAliases({ name, alias }: Pick<PlanService, 'name' | 'alias'>): string[] {
  const own = (alias ?? '').split(/[\s,]+/)
  const image = repositoryOf(name).replace(/:\d+(?=\/)/, '')
  return [...new Set([...own, image.replaceAll('/', '__'), image.replaceAll('/', '-')])].filter((one) => one !== '')
}

/** An image's name without tag and digest; a colon before a slash belongs to the registry's port. */
function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/]*$/, '')
}
