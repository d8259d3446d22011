import { join } from 'node:path'

/** The environment in which git reads the objects of a checkout beside those of a repository of ours, and by its settings alone. */
export function checkoutObjects({ commonDir }: { commonDir: string }): Record<string, string> {
  return {
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDir, 'objects'),
    GIT_SHALLOW_FILE: join(commonDir, 'shallow'),
  }
}
