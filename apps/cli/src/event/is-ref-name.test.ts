import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isRefName } from './is-ref-name.ts'

const isAllowedByGit = (name: string): boolean => {
  try {
    execFileSync('git', ['check-ref-format', `refs/heads/${name}`])
    return true
  } catch {
    return false
  }
}

const allowed = ['main', 'feature/a', '功能/登录', 'v1.0', 'a@b', 'a-b_c+d', "it's", 'a#1', 'x.lockfile']
const letters = ['', 'a b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a@{1}', 'a\u007Fb', 'a\tb']
const places = ['a..b', 'a/', '/a', 'a//b', '.a', 'a/.b', 'a.', 'a.lock', 'a.lock/b']

test.each([...allowed, ...letters, ...places])('%j is taken as Git takes it', (name) => {
  expect(isRefName(name)).toBe(isAllowedByGit(name))
})

test.each(['-v', '@', 'x'.repeat(201)])('%j, which Git might take for something else, is refused', (name) => {
  expect(isRefName(name)).toBe(false)
})
