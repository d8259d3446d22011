import { sha256Hex } from '@sluice/kernel'

const longest = 24

/**
 * `CI_ENVIRONMENT_SLUG` of an environment's name: small letters, digits and single `-`, a letter first, 24 characters at
 * most. A name that is changed or cut by this gets an ending of its own, made of its digest, so that two environments
 * never share a slug (GitLab's rule, its digest too).
 */
export function environmentSlug(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
  const slug = (/^[a-z]/.test(plain) ? plain : `env-${plain}`).replaceAll(/-+/g, '-')
  if (slug === name && slug.length <= longest) return slug.replace(/-$/, '')
  return `${slug.slice(0, longest - 7).replace(/-$/, '')}-${endingOf(name)}`
}

/** The last six digits of the name's SHA-256 in base 36. */
function endingOf(name: string): string {
  return BigInt(`0x${sha256Hex(name)}`)
    .toString(36)
    .slice(-6)
}
