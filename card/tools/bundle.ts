import { rm } from 'node:fs/promises'

import { build } from 'rolldown'

/** Programs of each service; each becomes one file that runs without node_modules. */
const programs = {
  server: 'services/authorisation/src/server.ts',
  migrate: 'services/authorisation/src/migrate.ts',
  exercise: 'services/authorisation/src/exercise.ts',
}

await rm('dist', { recursive: true, force: true })
for (const [name, input] of Object.entries(programs)) {
  await build({
    input,
    platform: 'node',
    // The native driver is an add-on that pg only looks for; it is not installed.
    external: ['pg-native', 'pg-cloudflare'],
    output: { file: `dist/${name}.js`, format: 'esm', comments: { legal: true }, codeSplitting: false },
    logLevel: 'warn',
  })
}
