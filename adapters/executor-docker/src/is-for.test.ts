import { expect, it } from 'vitest'
import { isFor } from './is-for.ts'

it.each([
  ['linux/amd64', 'linux/amd64', true],
  ['linux/arm64/v8', 'linux/arm64', true],
  ['linux/arm64', 'linux/arm64/v8', true],
  ['linux/arm/v6', 'linux/arm/v7', false],
  ['linux/amd64', 'linux/arm64', false],
])('isFor(): an image for %s where %s is wanted', (platform, wanted, expected) => {
  expect(isFor(platform, wanted)).toBe(expected)
})
