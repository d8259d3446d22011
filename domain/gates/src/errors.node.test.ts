import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errors } from './errors.ts'

const here = new URL('.', import.meta.url)

describe('the table of error codes', () => {
  it('has every code that is used, and no other', () => {
    const sources = readdirSync(here, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'errors.ts')
    const used = sources.flatMap((path) => [
      ...readFileSync(new URL(path, here), 'utf8').matchAll(/'(POLICY_[A-Z_]+)'/g),
    ])
    expect(new Set(used.map(([, code = '']) => code))).toEqual(new Set(Object.keys(errors)))
  })
})
