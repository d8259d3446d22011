import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

test('the example of README.md does what it says', async () => {
  const folder = join(import.meta.dirname, '..')
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? ''
  const file = join(folder, `.readme-example-${process.pid}.ts`)
  await writeFile(file, example)
  try {
    const { jobs, out, digest } = await import(pathToFileURL(file).href)
    expect(jobs).toEqual(['unit'])
    expect(out).toEqual(['release: rules[0] did not match: $CI_COMMIT_TAG'])
    expect(digest).toMatch(/^sha256:/)
  } finally {
    await rm(file)
  }
})
