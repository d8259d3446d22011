import type { JobContainers } from './ports.ts'

/** Whether a job asks for an image or services. */
export function wantsContainers({ image, services = [] }: JobContainers): boolean {
  return image != null || services.length > 0
}
