/**
 * A path as a tool wrote it, made relative to the sources: `file:` addresses are opened, backslashes turned, and a
 * leading `sourceRoot` is taken off. Paths outside of it stay as they are.
 */
export function sourcePath(written: string, sourceRoot: string | null): string {
  const path = withoutScheme(written)
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
  if (sourceRoot !== null && path.startsWith(`${sourceRoot}/`)) return path.slice(sourceRoot.length + 1)
  return path
}

function withoutScheme(written: string): string {
  if (!written.startsWith('file:')) return written
  const path = written.replace(/^file:(\/\/[^/]*)?/, '')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
