/** Finds a Chromium that starts here: the system's, else the one that npm brought. */
import { constants } from 'node:fs'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const systemPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const packagedVersion = '153.0.0'
// Root cannot use Chromium's sandbox; the pages opened are this repository's own.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]

/** A browser, or the sentences that say why none started. */
export type Launched = { browser: Browser } | { browser: null; reason: string }

/** Starts a headless Chromium; the caller closes it. */
export async function launchChromium(): Promise<Launched> {
  const reasons: string[] = []
  for (const find of [systemChromium, packagedChromium]) {
    try {
      const executablePath = await find()
      return { browser: await chromium.launch({ executablePath, args, headless: true, timeout: 30_000 }) }
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
    }
  }
  return { browser: null, reason: `no Chromium starts here: ${reasons.join('; ')}` }
}

async function systemChromium(): Promise<string> {
  for (const path of systemPaths) {
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return path
  }
  throw new Error(`none of ${systemPaths.join(', ')} is there`)
}

/**
 * The packaged browser unpacks itself into the temporary folder under a fixed name, usable only by the user who came
 * first, so each user gets a folder of their own. Unpacked beside it and renamed: a half unpacked one is never used.
 */
async function packagedChromium(): Promise<string> {
  const folder = join(tmpdir(), `sluice-chromium-${packagedVersion}-${process.getuid?.() ?? 0}`)
  const executable = join(folder, 'chromium')
  const ready = await access(executable, constants.X_OK).then(
    () => true,
    () => false,
  )
  if (ready) return executable
  const unpacking = `${folder}.${process.pid}`
  await mkdir(unpacking, { recursive: true, mode: 0o700 })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = unpacking
  try {
    const { default: packaged } = await import('@sparticuz/chromium')
    packaged.setGraphicsMode = false
    await packaged.executablePath()
    await rename(unpacking, folder)
  } catch (error) {
    await rm(unpacking, { recursive: true, force: true })
    // Another test of the same user may have been faster.
    await access(executable, constants.X_OK).catch(() => {
      throw error
    })
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  return executable
}
