import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errors } from './errors.ts'

test('every code of the table is used, and every used code is in the table', async () => {
  const names = await readdir(import.meta.dirname, { recursive: true })
  const sources = names.filter((name) => name.endsWith('.ts') && !name.includes('.test.') && name !== 'errors.ts')
  const texts = await Promise.all(sources.map((name) => readFile(join(import.meta.dirname, name), 'utf8')))
  const used = new Set(
    texts.flatMap((text) => text.match(/'PIPELINE_[A-Z_]+'/g) ?? []).map((code) => code.slice(1, -1)),
  )
  expect([...used].toSorted()).toEqual(Object.keys(errors).toSorted())
})
