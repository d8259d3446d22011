/** Whether an image's platform is the wanted one; a part that one of them leaves open suits. */
export function isFor(platform: string, wanted: string): boolean {
  const parts = platform.split('/')
  return wanted.split('/').every((part, index) => parts[index] === undefined || parts[index] === part)
}
