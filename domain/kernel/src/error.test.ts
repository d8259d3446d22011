import { describe, expect, test } from 'vitest'
import { errorTable, SluiceError, type Place } from './error.ts'

describe('SluiceError', () => {
  test('carries code, message, and status 500 unless told otherwise', () => {
    const error = new SluiceError('RUN_UNKNOWN', 'Cannot find run "7": there is none of that id')
    expect([error.name, error.code, error.place, error.status, error.cause]).toEqual([
      'SluiceError',
      'RUN_UNKNOWN',
      null,
      500,
      undefined,
    ])
    expect(new SluiceError('A', 'b', { status: 404 }).status).toBe(404)
  })

  test('is an Error that keeps its cause', () => {
    const cause = new Error('the disk is full')
    const error = new SluiceError('A', 'b', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error.cause).toBe(cause)
  })

  test.each<[string, Place | undefined, string]>([
    ['without a place', undefined, 'Cannot read [A]'],
    ['in a file', { path: 'sluice.yml' }, 'sluice.yml: Cannot read [A]'],
    ['in a line', { path: 'sluice.yml', line: 3 }, 'sluice.yml:3: Cannot read [A]'],
    ['at a column', { path: 'sluice.yml', line: 3, column: 9 }, 'sluice.yml:3:9: Cannot read [A]'],
  ])('prints itself %s', (_, place, text) => {
    expect(new SluiceError('A', 'Cannot read', place ? { place } : {}).toString()).toBe(text)
  })
})

test('errorTable() gives the table back as it is', () => {
  const table = { A: { summary: 'a', remedy: 'b' } }
  expect(errorTable(table)).toBe(table)
})
