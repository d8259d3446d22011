/** Bounds of one file. */
export interface FetchLimits {
  /** From the question to the last byte, redirects included. */
  timeoutMs: number
  /** After decompression. */
  bodyBytes: number
  redirects: number
}

export type FetchedText = { ok: true; text: string } | { ok: false; fault: string; unreachable?: true }

/** The text behind an address. Never throws for what the address, the network or the server does. */
export async function fetchText(address: string, limits: FetchLimits): Promise<FetchedText> {
  const signal = AbortSignal.timeout(limits.timeoutMs)
  try {
    return await follow(address, limits, signal)
  } catch (error) {
    const fault = signal.aborted
      ? `the server does not answer within ${limits.timeoutMs / 1000} s`
      : `the server cannot be reached: ${reasonOf(error)}`
    return { ok: false, fault, unreachable: true }
  }
}

async function follow(address: string, limits: FetchLimits, signal: AbortSignal): Promise<FetchedText> {
  let url = address
  for (let hops = 0; hops <= limits.redirects; hops++) {
    const wrong = faultOfAddress(url)
    if (wrong !== null) return { ok: false, fault: hops === 0 ? wrong : `it is sent on to a place where ${wrong}` }
    const response = await fetch(url, { redirect: 'manual', credentials: 'omit', signal, headers: { accept: '*/*' } })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel()
      // One that cannot be read is said so in the next round.
      url = URL.parse(location, url)?.href ?? location
      continue
    }
    if (response.status === 200) return await readBody(response, limits.bodyBytes)
    await response.body?.cancel()
    const fault = `the server answers ${response.status}`
    return response.status >= 500 ? { ok: false, fault, unreachable: true } : { ok: false, fault }
  }
  return { ok: false, fault: `it is sent on more than ${limits.redirects} times` }
}

/** Plain HTTP stays on this machine: what is included runs, and anybody on the way could change it. */
function faultOfAddress(address: string): string | null {
  const url = URL.parse(address)
  if (url === null) return 'the address cannot be read'
  if (url.username !== '' || url.password !== '') return 'the address has a user or a password in it'
  if (url.protocol === 'https:') return null
  const isHere = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  return url.protocol === 'http:' && isHere ? null : 'the address is not https; plain http is for this machine alone'
}

async function readBody(response: Response, bodyBytes: number): Promise<FetchedText> {
  const pieces: Uint8Array[] = []
  let length = 0
  // Left before its end, the loop cancels the stream.
  for await (const piece of response.body ?? []) {
    length += piece.byteLength
    if (length > bodyBytes) return { ok: false, fault: `the file has more than ${bodyBytes} bytes` }
    pieces.push(piece)
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces)) }
  } catch {
    return { ok: false, fault: 'the file is no UTF-8; wanted text' }
  }
}

/** What the network says, without the address: it may hold what is masked. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code: unknown = (cause as { code?: unknown } | null)?.code
  if (typeof code === 'string') return code
  return cause instanceof Error ? cause.name : 'no reason given'
}
