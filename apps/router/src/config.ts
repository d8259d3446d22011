import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { parseArgs } from 'node:util'
import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import { z } from 'zod'

const absolute = z.string().refine(isAbsolute, 'wanted an absolute path')

export const routerConfig = z.strictObject({
  /** Path of the control socket. Its folder is made with mode 0700. At most about 100 bytes long. */
  controlPath: absolute,
  /** File that holds the last table. */
  statePath: absolute,
  /** How long a backend may take to begin its answer. */
  responseTimeoutMs: z.int().min(100).max(3_600_000).default(60_000),
  /** How long requests in flight may take to end after SIGTERM. */
  drainMs: z.int().min(0).max(600_000).default(10_000),
})
export type RouterConfig = z.input<typeof routerConfig>
export type CheckedRouterConfig = z.output<typeof routerConfig>

const usage = 'wanted --config FILE, or --control PATH and --state PATH'

/**
 * Reads the configuration from a JSON file or from flags.
 * @throws SluiceError `ROUTER_CONFIG_INVALID` with every fault at once.
 */
export async function readConfig(args: string[]): Promise<CheckedRouterConfig> {
  const raw = await rawConfig(args)
  const parsed = routerConfig.safeParse(raw, { error: schemaWords })
  if (!parsed.success) throw invalid(`${z.prettifyError(parsed.error)}; ${usage}`)
  return parsed.data
}

async function rawConfig(args: string[]): Promise<unknown> {
  try {
    const { values } = parseArgs({
      args,
      options: { config: { type: 'string' }, control: { type: 'string' }, state: { type: 'string' } },
    })
    if (values.config === undefined) return { controlPath: values.control, statePath: values.state }
    return JSON.parse(await readFile(values.config, 'utf8')) as unknown
  } catch (error) {
    throw invalid(`${error instanceof Error ? error.message : String(error)}; ${usage}`)
  }
}

const invalid = (why: string): SluiceError =>
  new SluiceError('ROUTER_CONFIG_INVALID', `Cannot start the router: its configuration is invalid: ${why}`)
