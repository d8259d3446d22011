/** The address of an environment, or that it has none: the router gives it a port with its first deployment. */
export function addressOf({ url }: { url: string }): string {
  return new URL(url).port === '0' ? 'has no address before its first deployment' : url
}
