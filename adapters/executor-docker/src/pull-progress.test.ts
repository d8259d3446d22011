import { expect, it } from 'vitest'
import { PullProgress } from './pull-progress.ts'

it('PullProgress tells each tenth once, over all layers', () => {
  const progress = new PullProgress()
  const downloading = (id: string, current: number) =>
    progress.take({ id, status: 'Downloading', progressDetail: { current, total: 50_000_000 } })
  expect(progress.take({ status: 'Pulling from library/debian' })).toBeNull()
  expect(progress.take({ id: 'a', status: 'Pulling fs layer', progressDetail: {} })).toBeNull()
  expect(downloading('a', 1_000_000)).toBeNull()
  expect(downloading('a', 5_000_000)).toBe('5.0 of 50.0 MB in 1 layers')
  expect(downloading('b', 4_900_000)).toBeNull()
  expect(progress.take({ id: 'a', status: 'Download complete', progressDetail: {} })).toBe(
    '54.9 of 100.0 MB in 2 layers',
  )
  expect(downloading('b', 5_500_000)).toBeNull()
  expect(progress.take({ id: 'b', status: 'Pull complete' })).toBe('100.0 of 100.0 MB in 2 layers')
})
