/**
 * Exact tests on small counts. Both walk a tail by the ratio of neighbouring probabilities, from one logarithm, so
 * that neither large factorials nor tiny probabilities overflow.
 */

// Lanczos approximation (g = 7, n = 9): relative error below 1e-14 for positive arguments.
const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
]

function logFactorial(n: number): number {
  if (n < 2) return 0
  const series = lanczos.reduce((sum, term, index) => (index === 0 ? term : sum + term / (n + index)), 0)
  const t = n + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (n + 0.5) * Math.log(t) - t + Math.log(series)
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** Sum of `first` and its neighbours, each `ratio(k)` times the one before, until nothing is added or `last` is past. */
function tail(first: number, from: number, last: number, step: 1 | -1, ratio: (k: number) => number): number {
  let term = first
  let sum = 0
  for (let k = from; step > 0 ? k <= last : k >= last; k += step) {
    sum += term
    term *= ratio(k)
    if (term <= sum * 1e-17) break
  }
  return Math.min(1, sum)
}

/**
 * Fisher's exact test, one-sided: how likely at least so many of all errors fall on the canary, if both versions
 * fail equally often. 1 where one of them has no request.
 */
export function fisherGreater(
  canary: { errors: number; requests: number },
  stable: { errors: number; requests: number },
): number {
  const draws = canary.requests
  const total = draws + stable.requests
  const marked = canary.errors + stable.errors
  const lowest = Math.max(0, draws - (total - marked))
  const highest = Math.min(draws, marked)
  if (draws === 0 || stable.requests === 0 || canary.errors <= lowest) return 1
  const density = (k: number): number =>
    Math.exp(logChoose(marked, k) + logChoose(total - marked, draws - k) - logChoose(total, draws))
  const up = (k: number): number => ((marked - k) * (draws - k)) / ((k + 1) * (total - marked - draws + k + 1))
  // Below the mean the terms rise from what may be 0 in floating point: take the other tail there.
  if (canary.errors > (marked * draws) / total) return tail(density(canary.errors), canary.errors, highest, 1, up)
  const below = canary.errors - 1
  return Math.max(0, 1 - tail(density(below), below, lowest, -1, (k) => 1 / up(k - 1)))
}

/** Binomial test, one-sided: how likely at least `errors` of `requests` fail, if each fails with probability `rate`. */
export function binomialGreater(errors: number, requests: number, rate: number): number {
  if (errors <= 0) return 1
  if (rate <= 0) return 0
  if (rate >= 1) return 1
  const density = (k: number): number =>
    Math.exp(logChoose(requests, k) + k * Math.log(rate) + (requests - k) * Math.log(1 - rate))
  const up = (k: number): number => ((requests - k) / (k + 1)) * (rate / (1 - rate))
  if (errors > requests * rate) return tail(density(errors), errors, requests, 1, up)
  return Math.max(0, 1 - tail(density(errors - 1), errors - 1, 0, -1, (k) => 1 / up(k - 1)))
}
