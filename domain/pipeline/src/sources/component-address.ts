/** `host/group/project/name@version`. */
export interface ComponentAddress {
  host: string
  project: string
  name: string
  version: string
}

/** Reads the address of a component; a text says what is wrong with it. */
export function parseComponentAddress(address: string): ComponentAddress | string {
  const at = address.indexOf('@')
  if (at === -1 || at === address.length - 1) return 'it names no version; wanted host/group/project/name@version'
  const segments = address.slice(0, at).split('/')
  const [host = '', ...path] = segments
  const name = path.pop() ?? ''
  if (path.length === 0 || segments.some((segment) => !/^[A-Za-z0-9_.][A-Za-z0-9_.:-]*$/.test(segment))) {
    return 'it is no address of a component; wanted host/group/project/name@version'
  }
  if (segments.some((segment) => /^\.+$/.test(segment))) {
    return 'the path has "." or ".." in it; wanted host/group/project/name@version'
  }
  return { host, project: path.join('/'), name, version: address.slice(at + 1) }
}
