import { shortDigest } from '../lib/format.ts'

/** A digest, shortened; whole on pointing. */
export function Digest({ digest }: { digest: string }) {
  return (
    <code className="code" title={digest}>
      {shortDigest(digest)}
    </code>
  )
}
