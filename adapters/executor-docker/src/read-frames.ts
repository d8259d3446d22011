/** A part of what a container wrote. */
export interface Frame {
  stream: 'stdout' | 'stderr'
  bytes: Uint8Array
}

const headerBytes = 8

/**
 * Reads the engine's frames: a header of 8 bytes, the first of which is 2 for standard error and the last four the size, then
 * that many bytes. Parts are handed over as they come, so that nothing is gathered.
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let header = new Uint8Array()
  let stream: Frame['stream'] = 'stdout'
  let leftBytes = 0
  for await (const chunk of source) {
    let rest = chunk
    while (rest.length > 0) {
      if (leftBytes === 0) {
        const wanted = headerBytes - header.length
        header = Uint8Array.from([...header, ...rest.subarray(0, wanted)])
        rest = rest.subarray(wanted)
        if (header.length < headerBytes) break
        stream = header[0] === 2 ? 'stderr' : 'stdout'
        leftBytes = new DataView(header.buffer).getUint32(4)
        header = new Uint8Array()
      } else {
        const bytes = rest.subarray(0, leftBytes)
        rest = rest.subarray(bytes.length)
        leftBytes -= bytes.length
        yield { stream, bytes }
      }
    }
  }
}
