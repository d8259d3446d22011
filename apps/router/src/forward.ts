/** Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1), and where the request came from. */
import type { IncomingMessage } from 'node:http'

const hopByHop = ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer']

/** Removes what the client said for its own connection only. `upgrade` stays for a WebSocket. */
export function dropHopByHop(headers: IncomingMessage['headers'], options: { upgrade: boolean }): void {
  const named = (headers.connection ?? '').split(',').map((token) => token.trim().toLowerCase())
  const kept = new Set(['', 'close', 'keep-alive', 'upgrade', 'transfer-encoding', 'content-length', 'host'])
  for (const name of [...hopByHop, ...named.filter((token) => !kept.has(token))]) delete headers[name]
  if (options.upgrade) {
    headers.connection = 'Upgrade'
    return
  }
  delete headers.upgrade
  delete headers.connection
}

/**
 * Says where the request came from. The router is the first that a request meets, so what a client claims of itself
 * in these headers is replaced, not continued.
 */
export function setForwarded(request: IncomingMessage, port: number): void {
  const { headers } = request
  delete headers.forwarded
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  headers['x-forwarded-proto'] = 'http'
  headers['x-forwarded-host'] = headers.host ?? ''
  headers['x-forwarded-port'] = String(port)
}

/** The console's session. Browsers keep cookies by host name and not by port, so they send it to services on this host too. */
const sessionCookie = /^sluice_session=/

/** Keeps the console's session from the services behind the router: a release is not trusted with it. */
export function dropSession(headers: IncomingMessage['headers']): void {
  if (headers.cookie === undefined) return
  const kept = headers.cookie.split(';').filter((pair) => !sessionCookie.test(pair.trim()))
  if (kept.length === 0) delete headers.cookie
  else headers.cookie = kept.join(';').trim()
}

/** Keeps a service from ending or planting a session of the console. */
export function dropSessionAnswer(headers: IncomingMessage['headers']): void {
  const kept = headers['set-cookie']?.filter((cookie) => !sessionCookie.test(cookie.trim()))
  if (kept === undefined) return
  if (kept.length === 0) delete headers['set-cookie']
  else headers['set-cookie'] = kept
}
