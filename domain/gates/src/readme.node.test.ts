import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { afterAll, describe, expect, it } from 'vitest'

const folder = new URL('../', import.meta.url)
const example = new URL(`.readme-example-${process.pid}.ts`, folder)

afterAll(() => rmSync(example, { force: true }))

describe('the example in README.md', () => {
  it('runs and says what its comment promises', async () => {
    const block = /```ts\n(.*?)```/s.exec(readFileSync(new URL('README.md', folder), 'utf8'))?.[1] ?? ''
    writeFileSync(example, block)
    const { said } = (await import(example.href)) as { said: unknown }
    expect(said).toBe(/\/\/ '(.*)'/.exec(block)?.[1])
  })
})
