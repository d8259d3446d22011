import { useSyncExternalStore } from 'react'

const query = '(prefers-color-scheme: dark)'

/** Whether the system asks for dark pages. */
export function useDark(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}
