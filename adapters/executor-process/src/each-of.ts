/** Runs something for each item, at most `atOnce` at a time. The first error ends it and is thrown after the others have ended. */
export async function eachOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const source: AsyncIterator<T> = asynchronous(items)
  let failed = false
  const work = async (): Promise<void> => {
    for (;;) {
      const next = failed ? null : await source.next()
      if (next === null || next.done) return
      await run(next.value).catch((cause: unknown) => {
        failed = true
        throw cause
      })
    }
  }
  const results = await Promise.allSettled(Array.from({ length: atOnce }, work))
  const broken = results.find((result) => result.status === 'rejected')
  if (broken !== undefined) throw broken.reason
}

async function* asynchronous<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items
}
