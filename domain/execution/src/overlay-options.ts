import type { Layers } from './ports.ts'

/**
 * The options of overlayfs itself. `index=off`: the mount of the step before may not be gone yet.
 * @param userXattr the kernel keeps its notes in `user.` attributes, as it must in a user namespace: `trusted.` ones need a real root
 */
export function overlayOptions(upper: string, { below, work }: Layers, userXattr = false): string {
  const notes = userXattr ? ',userxattr' : ''
  return `index=off${notes},lowerdir=${below.join(':')},upperdir=${upper},workdir=${work}`
}
