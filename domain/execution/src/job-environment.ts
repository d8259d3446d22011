import type { JobVariable } from './ports.ts'

/** Paths that only the executor knows, as the job sees them. */
export interface JobPaths {
  project: string
  builds: string
  /** Folder of file variables. */
  files: string
}

export interface JobEnvironment {
  env: Record<string, string>
  /** Content of the files of file variables, by name. */
  files: Record<string, string>
}

/** What the job's variables promise, over the executor's own; later variables win. */
export function jobEnvironment(
  base: Readonly<Record<string, string>>,
  variables: readonly JobVariable[],
  paths: JobPaths,
): JobEnvironment {
  const own = { CI_PROJECT_DIR: paths.project, CI_BUILDS_DIR: paths.builds }
  const env = new Map(Object.entries({ CI: 'true', GITLAB_CI: 'true', CI_SERVER: 'yes', ...base }))
  const files = new Map<string, string>()
  for (const { key, value, file, raw } of variables) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) continue
    const expanded = raw ? value : expandPaths(value, own)
    if (file) files.set(key, expanded)
    env.set(key, file ? `${paths.files}/${key}` : expanded)
  }
  return { env: { ...Object.fromEntries(env), ...own }, files: Object.fromEntries(files) }
}

/** The plan has expanded all it knows; these two are left to the executor. */
function expandPaths(value: string, own: { CI_PROJECT_DIR: string; CI_BUILDS_DIR: string }): string {
  return value.replaceAll(
    /\$(?:\{(CI_PROJECT_DIR|CI_BUILDS_DIR)\}|(CI_PROJECT_DIR|CI_BUILDS_DIR)\b)/g,
    (_, braced?: keyof typeof own, plain?: keyof typeof own) => own[braced ?? plain ?? 'CI_PROJECT_DIR'],
  )
}
