import { expect, it } from 'vitest'
import { compileSelection, createMasker, manifestDigest, manifestOf } from './index.ts'

it('selects files, describes them, and keeps secrets out of the log', () => {
  const selection = compileSelection({ paths: ['dist/'], exclude: ['dist/**/*.map'] })
  expect(['dist/app.js', 'dist/app.js.map', 'src/app.ts'].filter((path) => selection.takes(path))).toEqual([
    'dist/app.js',
  ])

  const digest = `sha256:${'0'.repeat(64)}`
  const manifest = manifestOf([{ path: 'dist/app.js', mode: 0o644, sizeBytes: 10, digest }])
  expect(manifestDigest(manifest)).toMatch(/^sha256:[0-9a-f]{64}$/)

  const masker = createMasker(['s3cr3t-token'])
  const shown = [masker.push(Uint8Array.from([115, 51, 99, 114, 51, 116])), masker.flush()]
  expect(shown.map((part) => part.length)).toEqual([0, 6])
})
