import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

it('the example of README.md is the one that readme-example.test.ts runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1]
  expect(example).toBe(await readFile(new URL('readme-example.test.ts', import.meta.url), 'utf8'))
})
