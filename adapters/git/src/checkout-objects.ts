import { join } from 'node:path'

/** Environment in which git reads a checkout's objects beside those of a repository of ours, by whose settings it goes. */
export function checkoutObjects({ commonDir }: { commonDir: string }): Record<string, string> {
  return {
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDir, 'objects'),
    GIT_SHALLOW_FILE: join(commonDir, 'shallow'),
  }
}
