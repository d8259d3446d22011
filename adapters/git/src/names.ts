import { SluiceError } from '@sluice/kernel'
import type { GitErrorCode } from './errors.ts'

const refPattern = /^[A-Za-z0-9_][A-Za-z0-9._/+@-]{0,199}$/

/** A full object name, SHA-1 or SHA-256. */
export function isObjectName(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/**
 * Whether a text can be a branch, a tag or a commit and is nothing that git reads as an option or an expression; the
 * rules of git-check-ref-format(1).
 */
export function isRef(ref: string): boolean {
  return refPattern.test(ref) && !/\.\.|\/\/|@\{|\.lock(\/|$)|\/\.|[./]$|^refs\//.test(ref) && ref !== '@'
}

/** Lets through what `isRef` holds of. */
export function checkedRef(ref: string): string {
  if (isRef(ref)) return ref
  throw new SluiceError<GitErrorCode>(
    'GIT_REF_REFUSED',
    `Cannot use ref "${ref.slice(0, 200)}": it is no name that a branch may have`,
    { status: 422 },
  )
}

/** Lets through a path inside a repository. */
export function checkedPath(path: string): string {
  const parts = path.split('/')
  const wrong = path === '' || path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')
  if (!wrong) return path
  throw new SluiceError<GitErrorCode>(
    'GIT_PATH_REFUSED',
    `Cannot read path "${path.slice(0, 200)}": wanted a path inside the repository, without ".."`,
    { status: 422 },
  )
}
