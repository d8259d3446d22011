import { readdirSync, readFileSync } from 'node:fs'
import { reportFormats } from '@sluice/contracts/policy'
import { describe, expect, it } from 'vitest'
import { errors } from './errors.ts'

const here = new URL('.', import.meta.url)
const sources = readdirSync(here, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))

describe('the folders of formats', () => {
  const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const formats = folders.map(({ name }) => name).filter((name) => readdirSync(new URL(name, here)).includes('read.ts'))

  it('are those that the policy knows', () => {
    expect(new Set(formats)).toEqual(new Set(reportFormats))
  })

  it.each(reportFormats)('%s has a reader, its test and a README, and exports nothing else', async (format) => {
    const files = readdirSync(new URL(format, here))
    expect(files).toEqual(expect.arrayContaining(['README.md', 'read.test.ts', 'read.ts']))
    const module = (await import(new URL(`${format}/read.ts`, here).href)) as object
    expect(Object.keys(module)).toEqual([`read${format.charAt(0).toUpperCase()}${format.slice(1)}`])
  })
})

describe('the table of error codes', () => {
  const used = new Set(
    sources
      .filter((path) => path !== 'errors.ts')
      .flatMap((path) => [...readFileSync(new URL(path, here), 'utf8').matchAll(/'(EVIDENCE_[A-Z_]+)'/g)])
      .map(([, code = '']) => code),
  )

  it('has every code that is used, and no other', () => {
    expect(used).toEqual(new Set(Object.keys(errors)))
  })
})
