/** The token in the fragment of a sign-in link (`#token=…`); `null` where there is none. */
export function tokenOf(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') || null
}
