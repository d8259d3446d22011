import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import { z } from 'zod'

const runnerConfig = z.strictObject({
  /** Address of the server, `http` or `https`. */
  url: z.url({ protocol: /^https?$/ }),
  /** The runner's own token. */
  token: z.string().min(8).max(200),
  name: z.string().min(1).max(200),
  /** Folder of workspaces and caches; only this runner uses it. */
  folder: z.string().startsWith('/'),
  /** Jobs at once. Default: one a core. */
  concurrency: z.int().min(1).max(256).default(availableParallelism()),
  tags: z.array(z.string()).default([]),
  /** How jobs are run; `auto`: in containers those that name an image or services. Default `process`. */
  executor: z.enum(['process', 'docker', 'auto']).default('process'),
  /** With `docker`: the image of jobs that name none. */
  image: z.string().min(1).max(500).optional(),
  /** A Node installation for jobs, whose `bin` goes to the front of PATH. Default: the machine's. */
  nodeFolder: z.string().startsWith('/').optional(),
})
export type RunnerConfig = z.infer<typeof runnerConfig>
/** Settings as written, before defaults. */
export type RunnerSettings = z.input<typeof runnerConfig>

const maxConfigBytes = 64 * 1024

/**
 * Reads the file of settings. It holds a secret, so nobody but its owner may read it.
 * @throws SluiceError `RUNNER_CONFIG`.
 */
export async function readRunnerConfig(path: string): Promise<RunnerConfig> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw refused(path, 'the file cannot be opened', cause)
  })
  if ((stats.mode & 0o077) !== 0)
    throw refused(path, `its mode is 0${(stats.mode & 0o777).toString(8)}; wanted 0600, as it holds a token`)
  if (stats.size > maxConfigBytes) throw refused(path, `it has ${stats.size} bytes; wanted at most ${maxConfigBytes}`)
  return parseRunnerConfig(await readFile(path, 'utf8'), path)
}

/**
 * Reads settings from JSON text. The message of a mistake names the place, never a value, as one of them is a secret.
 * @throws SluiceError `RUNNER_CONFIG`.
 */
export function parseRunnerConfig(text: string, path: string): RunnerConfig {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw refused(path, 'it is no JSON')
  }
  const parsed = runnerConfig.safeParse(json, { error: schemaWords })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(path, `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not understood'}`)
}

function refused(path: string, fault: string, cause?: unknown): SluiceError {
  return new SluiceError('RUNNER_CONFIG', `Cannot read settings "${path}": ${fault}`, { cause })
}
