import type { JobContainers } from '@sluice/execution'

/** A line for the log of a job that asks for images; `null` where it asks for none. */
export function unusedContainers({ image, services = [] }: JobContainers): string | null {
  const names = [...(image == null ? [] : [`image ${image.name}`]), ...services.map(({ name }) => `service ${name}`)]
  if (names.length === 0) return null
  return `WARNING: ${names.join(', ')} not used: the process executor runs jobs with the programs of this machine`
}
