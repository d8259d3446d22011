/** `group/project` of `https://host/group/project.git`, `ssh://git@host/…` and `git@host:group/project.git`. */
export function pathOfAddress(address: string): string | null {
  const match = /^(?:[a-z][a-z+.-]*:\/\/[^/]+\/|(?:[^@/\s]+@)?[A-Za-z0-9.-]{2,}:(?!\/\/))\/?(.+?)(?:\.git)?\/?$/.exec(
    address,
  )
  const path = match?.[1]
  return path !== undefined && /^[\w.+-]+(?:\/[\w.+-]+)+$/.test(path) ? path : null
}
