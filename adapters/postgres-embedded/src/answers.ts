import { connect } from 'node:net'
import { join } from 'node:path'

/** SSLRequest of PostgreSQL's protocol ("Message Formats"): a living server answers it with one byte, before any login. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Whether a PostgreSQL that is really alive answers at the socket in a folder. */
export function answersAt(socketFolder: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(socketFolder, '.s.PGSQL.5432'))
    const end = (isAnswer: boolean): void => {
      socket.destroy()
      resolve(isAnswer)
    }
    socket.setTimeout(timeoutMs, () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', (answer) => end(answer[0] === 0x4e || answer[0] === 0x53)) // "N" or "S"
    socket.write(sslRequest)
  })
}
