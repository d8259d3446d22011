/** Where projects lie that are named by their path: a host that Git speaks to, or a folder. */
export interface ProjectServer {
  /** As in the address of a component (`CI_SERVER_FQDN`): with its port where it is not the usual one. */
  host: string
  /** What stands before the path of a project in its address; holds no credential. */
  base: string
  /** The one protocol that Git may use for it. */
  protocol: 'https' | 'http' | 'ssh' | 'file'
  /** Whole value of the HTTP header `Authorization`, `null` for none. Never in an argument or a message. */
  authorization: string | null
}

const host = String.raw`(?<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\])`
const webPattern = new RegExp(
  String.raw`^(?<protocol>https?)://(?:(?<user>[^@/]*)@)?${host}(?<port>:\d+)?(?<path>/.*)?$`,
)
const sshPattern = new RegExp(String.raw`^ssh://(?<user>[A-Za-z0-9_.-]+@)?${host}(?<port>:\d+)?(?<path>/.*)?$`)
const shortPattern = new RegExp(String.raw`^(?<user>[A-Za-z0-9_.-]+@)?${host}:(?<path>[^:].*)?$`)

/**
 * The server behind the address of one of its repositories, such as the remote `origin` of a checkout; `null` for a
 * folder and for what is no address. The whole path counts as that of the project.
 */
export function serverOfRemote(address: string): ProjectServer | null {
  if (address.startsWith('/') || address.startsWith('.') || address.startsWith('file:')) return null
  return parse(address, false)
}

/**
 * A server by what stands before the paths of its projects: `https://host/`, `ssh://git@host/`, `git@host:`, or an
 * absolute folder of repositories. `null` for anything else.
 */
export function serverAtBase(base: string): ProjectServer | null {
  const folder = base.startsWith('file:///') ? base.slice('file://'.length) : base
  if (folder.startsWith('/')) {
    return { host: 'localhost', base: `${folder.replace(/\/+$/, '')}/`, protocol: 'file', authorization: null }
  }
  return parse(base, true)
}

/** The server with a token of its own, as GitLab takes it from Git: a password of any user. Plain HTTP gets none. */
export function withToken(server: ProjectServer, token: string): ProjectServer {
  if (server.protocol !== 'https' && !isLoopback(server)) return server
  return { ...server, authorization: basic('oauth2', token) }
}

function isLoopback({ protocol, host: name }: ProjectServer): boolean {
  return protocol === 'http' && /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(name)
}

function parse(address: string, keepsPath: boolean): ProjectServer | null {
  const web = webPattern.exec(address)?.groups
  if (web !== undefined) return webServer(web, keepsPath)
  const ssh = sshPattern.exec(address)?.groups
  if (ssh !== undefined) {
    const { user = '', host: name = '', port = '', path } = ssh
    const base = `ssh://${user}${name}${port}${keepsPath ? folderOf(path) : '/'}`
    return { host: name, base, protocol: 'ssh', authorization: null }
  }
  const short = shortPattern.exec(address)?.groups
  if (short === undefined || /^[a-z]+:\/\//.test(address)) return null
  const { user = '', host: name = '', path = '' } = short
  const folder = keepsPath && path !== '' ? `${path.replace(/\/+$/, '')}/` : ''
  return { host: name, base: `${user}${name}:${folder}`, protocol: 'ssh', authorization: null }
}

function webServer(groups: Record<string, string | undefined>, keepsPath: boolean): ProjectServer {
  const { protocol, user, host: name = '', port = '', path } = groups
  const server: ProjectServer = {
    host: `${name}${port}`,
    base: `${protocol ?? 'https'}://${name}${port}${keepsPath ? folderOf(path) : '/'}`,
    protocol: protocol === 'http' ? 'http' : 'https',
    authorization: null,
  }
  const [login = '', password] = (user ?? '').split(/:(.*)/s)
  if (password === undefined || password === '' || (protocol === 'http' && !isLoopback(server))) return server
  return { ...server, authorization: basic(decoded(login), decoded(password)) }
}

function folderOf(path: string | undefined): string {
  return `${(path ?? '').replace(/\/+$/, '')}/`
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
