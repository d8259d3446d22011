import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ShellMark } from './shell-mark.ts'

const markOf = (mark: ShellMark): string => `${/'(.*)'/.exec(mark.line)?.[1]}\n`

it('ShellMark takes its line out and nothing else, however the bytes are cut', () => {
  const property = fc.property(
    fc.string(),
    fc.string(),
    fc.boolean(),
    fc.integer({ min: 1, max: 50 }),
    (a, b, has, size) => {
      const mark = new ShellMark()
      const bytes = Buffer.from(`${a}${has ? markOf(mark) : ''}${b}`)
      const shown: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += size) shown.push(mark.take(bytes.subarray(at, at + size)))
      shown.push(mark.rest())
      expect([Buffer.concat(shown).toString(), mark.isSeen]).toEqual([Buffer.from(`${a}${b}`).toString(), has])
    },
  )
  fc.assert(property)
})
