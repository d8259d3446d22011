import { describe, expect, test } from 'vitest'
import { environmentSlug } from './environment-slug.ts'

describe('environmentSlug', () => {
  test.each([
    ['production', 'production'],
    ['staging-1234567890123456', 'staging-1234567890123456'],
    ['foo-', 'foo'],
  ])('leaves "%s" as it is', (name, slug) => {
    expect(environmentSlug(name)).toBe(slug)
  })

  test.each([
    ['staging-12345678901234567', 'staging-123456789-'],
    ['PRODUCTION', 'production-'],
    ['review/1-foo', 'review-1-foo-'],
    ['1-foo', 'env-1-foo-'],
    ['foo**bar', 'foo-bar-'],
    ['/foo', 'env-foo-'],
  ])('gives "%s" an ending of its own', (name, beginning) => {
    const slug = environmentSlug(name)
    expect(slug.slice(0, -6)).toBe(beginning)
    expect(slug).toMatch(/^[a-z][a-z0-9-]*-[a-z0-9]{6}$/)
  })

  test('takes the ending from the digest of the name', () => {
    expect(environmentSlug('deployment-review/TEST-branch-with-really-long-name')).toBe('deployment-review-l58kaf')
  })
})
