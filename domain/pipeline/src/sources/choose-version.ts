/** A release of a component project: a tag `1.2.3` or `v1.2.3`, with a pre-release behind a dash or not. */
interface Release {
  tag: string
  numbers: readonly [number, number, number]
  isPreRelease: boolean
}

const releasePattern = /^v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** Whether a version names no tag itself but asks for the newest that fits: `~latest`, `1`, `1.2`. */
export function isOpenVersion(version: string): boolean {
  return version === '~latest' || /^\d{1,9}(\.\d{1,9})?$/.test(version)
}

/** Whether a tag is a release, and what GitLab calls its version. */
export function isRelease(tag: string): boolean {
  return releasePattern.test(tag)
}

/**
 * The tag that `~latest`, `1` or `1.2` stands for: the highest release that begins like that, pre-releases left out.
 * `null` when there is none.
 */
export function chooseVersion(tags: Iterable<string>, version: string): string | null {
  const wanted = version === '~latest' ? [] : version.split('.').map(Number)
  let best: Release | null = null
  for (const tag of tags) {
    const release = releaseOf(tag)
    if (release === null || release.isPreRelease) continue
    const fits = wanted.every((number, index) => release.numbers[index] === number)
    if (fits && (best === null || isHigher(release, best))) best = release
  }
  return best?.tag ?? null
}

function releaseOf(tag: string): Release | null {
  const match = releasePattern.exec(tag)
  if (match === null) return null
  return {
    tag,
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    isPreRelease: match[4] !== undefined,
  }
}

function isHigher(a: Release, b: Release): boolean {
  for (const index of [0, 1, 2] as const) {
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] > b.numbers[index]
  }
  return a.tag < b.tag
}
