import { SluiceError, type Place } from '@sluice/kernel'

/** One mistake in a policy file, with its place. */
export interface PolicyMistake {
  place: Place
  message: string
}

/** A policy file with mistakes: all of them at once, in the order of the file, each `path:line:column: message`. */
export class PolicyMistakes extends SluiceError<'POLICY_INVALID'> {
  readonly mistakes: readonly PolicyMistake[]

  constructor(path: string, found: readonly PolicyMistake[]) {
    const mistakes = found.toSorted((a, b) => order(a.place, b.place))
    const lines = mistakes.map(
      ({ place, message }) => `${place.path}:${place.line ?? 1}:${place.column ?? 1}: ${message}`,
    )
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    const [first] = mistakes
    super('POLICY_INVALID', `Cannot read policy "${path}": ${count}\n${lines.join('\n')}`, {
      place: first?.place ?? { path },
      status: 422,
    })
    this.mistakes = mistakes
  }
}

const order = (a: Place, b: Place): number => (a.line ?? 1) - (b.line ?? 1) || (a.column ?? 1) - (b.column ?? 1)
