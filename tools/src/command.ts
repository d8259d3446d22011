import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** How a program ended and what it said, both streams together in the order of arrival. */
export interface CommandResult {
  exitCode: number
  output: string
}

/** A program that has not ended by then is stopped, and counts as failed. */
const limitMs = 300_000

/** Runs a program of `node_modules/.bin` in `folder`, with the pinned Node first in the PATH. */
export function runCommand(
  root: string,
  program: string,
  args: string[],
  folder: string = root,
): Promise<CommandResult> {
  const bin = join(root, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' }
  return new Promise((resolve, reject) => {
    const child = spawn(join(bin, program), args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    })
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }))
  })
}
