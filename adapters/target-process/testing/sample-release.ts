/** Releases of a few lines of Node, packed as real ones are. */
import { createHash } from 'node:crypto'
import { manifestDigest, manifestOf, type ArtifactManifest } from '@sluice/execution'
import type { ReleaseSource } from '../src/index.ts'

const files = (status: number, migrationExitCode: number): Record<string, string> => ({
  'server.mjs': `
    import { createServer } from 'node:http'
    const { PORT, HOST, RELEASE_DIGEST, ENVIRONMENT, DATABASE_URL, GREETING } = process.env
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/health' ? ${status} : 200
      response.end(JSON.stringify({ RELEASE_DIGEST, ENVIRONMENT, DATABASE_URL, GREETING, argv: process.argv.slice(2) }))
    })
    server.listen(Number(PORT), HOST, () => console.log('listening'))
    process.on('SIGTERM', () => { server.close(); server.closeAllConnections() })
  `,
  'bin/migrate.mjs': `
    import { appendFileSync } from 'node:fs'
    appendFileSync(process.env.MIGRATIONS_FILE, 'x')
    console.log('at ' + process.env.DATABASE_URL)
    if (${migrationExitCode} !== 0) console.error('migration failed')
    process.exitCode = ${migrationExitCode}
  `,
  'bin/exercise.mjs': `setInterval(() => fetch(process.env.TARGET_URL).catch(() => undefined), 100)`,
})

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** A source of releases in memory; `blobs` may be changed to damage them. */
export class SampleReleases implements ReleaseSource {
  readonly contents = new Map<string, string>()
  readonly #manifests = new Map<string, ArtifactManifest>()
  readonly blobs = {
    get: async (digest: string): Promise<AsyncIterable<Uint8Array> | null> => {
      const text = this.contents.get(digest)
      return text === undefined ? null : once(text)
    },
  }

  /** Packs a release; gives its digest. */
  add(healthStatus: number, migrationExitCode = 0): string {
    const entries = Object.entries(files(healthStatus, migrationExitCode)).map(([path, text]) => {
      const digest = digestOf(text)
      this.contents.set(digest, text)
      return { path, mode: 0o644, sizeBytes: Buffer.byteLength(text), digest }
    })
    const manifest = manifestOf(entries)
    this.#manifests.set(manifestDigest(manifest), manifest)
    return manifestDigest(manifest)
  }

  async manifest(releaseDigest: string): Promise<ArtifactManifest | null> {
    return this.#manifests.get(releaseDigest) ?? null
  }
}
