import type { PlanVariable } from '@sluice/contracts/plan'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VariableScope } from './variable-scope.ts'

function scopeOf(values: Record<string, string>, ...later: PlanVariable[]): VariableScope {
  return new VariableScope([Object.entries(values).map(([key, value]) => ({ key, value })), later])
}

describe('VariableScope', () => {
  test.each([
    ['$A', 'one'],
    ['${A}', 'one'],
    ['x${A}y$A.', 'xoneyone.'],
    ['$NESTED', 'one and two'],
    ['$$A', '$A'],
    ['$$$$', '$$'],
    ['cost: 5$', 'cost: 5$'],
    ['$UNKNOWN stays, $A goes', '$UNKNOWN stays, one goes'],
    ['$UNKNOWN and $$A for the runner', '$UNKNOWN and $$A for the runner'],
    ['$RAW', '$A as written'],
    ['${A_${B}}', '${A_two}'],
    ['$LOOP', '$LOOP'],
    ['%A%', '%A%'],
  ])('%s becomes %s', (text, wanted) => {
    const scope = scopeOf(
      { A: 'one', B: 'two', NESTED: '$A and ${B}', LOOP: '$LOOP2', LOOP2: '$LOOP' },
      { key: 'RAW', value: '$A as written', raw: true },
    )
    expect(scope.expandText(text)).toBe(wanted)
  })

  test('later layers win and stand later', () => {
    const scope = new VariableScope([
      [
        { key: 'A', value: '1' },
        { key: 'B', value: '1' },
      ],
      [{ key: 'A', value: '2' }],
    ])
    expect(scope.resolved()).toEqual([
      { key: 'B', value: '1' },
      { key: 'A', value: '2' },
    ])
  })

  test('a value that takes in a masked one is masked itself and is not shown', () => {
    const scope = scopeOf({ URL: 'https://$TOKEN@host' }, { key: 'TOKEN', value: 's3cret', masked: true })
    expect(scope.resolved()[0]).toEqual({ key: 'URL', value: 'https://s3cret@host', masked: true })
    expect(scope.shown('TOKEN')).toBe('[masked]')
    expect(scope.shown('URL')).toBe('https://$TOKEN@host')
    expect(scope.written('URL')).toBe('https://$TOKEN@host')
  })

  test('a reference to a file variable stays for the runner', () => {
    const scope = scopeOf({ CONFIG: '--config $KUBE' }, { key: 'KUBE', value: 'content', file: true })
    expect(scope.expandText('$CONFIG')).toBe('--config $KUBE')
  })

  test('a finished value with a dollar in it is marked raw, one with an open reference is not', () => {
    const scope = scopeOf({ PRICE: '$$5', LATER: '$DOTENV/$$x' })
    expect(scope.resolved()).toEqual([
      { key: 'PRICE', value: '$5', raw: true },
      { key: 'LATER', value: '$DOTENV/$$x' },
    ])
  })

  test('values that double each other stay bounded', () => {
    const names = Array.from({ length: 60 }, (_, index) => `V${index}`)
    const values = Object.fromEntries(
      names.map((name, index) => [name, index === 0 ? 'xx' : `$V${index - 1}$V${index - 1}`]),
    )
    const longest = Math.max(
      ...scopeOf(values)
        .resolved()
        .map(({ value }) => value.length),
    )
    expect(longest).toBeLessThanOrEqual(65_536)
  })

  test('never throws and ends for any graph of references', () => {
    const name = fc.constantFrom('A', 'B', 'C', 'D')
    const value = fc
      .array(
        fc.oneof(
          name.map((n) => `$${n}`),
          fc.constantFrom('$$', '${', 'x'),
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        (values) => scopeOf(values).resolved().length === Object.keys(values).length,
      ),
    )
  })
})
