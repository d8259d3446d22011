/** Keywords that may stand in `default:`, all of GitLab's that are supported. */
export const defaultKeywords = [
  'after_script',
  'artifacts',
  'before_script',
  'cache',
  'image',
  'interruptible',
  'retry',
  'services',
  'tags',
  'timeout',
] as const

export const unsupportedDefaultKeywords = ['hooks', 'id_tokens', 'identity'] as const

/** Default keywords that may also stand at the top of a file, in GitLab's older spelling. */
export const topLevelDefaults = ['image', 'services', 'cache', 'before_script', 'after_script'] as const

/** Keys at the top of a pipeline that are no jobs. */
export const rootKeywords = ['default', 'include', 'stages', 'variables', 'workflow', ...topLevelDefaults] as const

/** Keys at the top that GitLab has and that cannot be planned yet. */
export const unsupportedRootKeywords = ['types'] as const

export const jobKeywords = {
  known: [
    ...defaultKeywords,
    'allow_failure',
    'coverage',
    'dependencies',
    'environment',
    'except',
    'extends',
    'inherit',
    'needs',
    'only',
    'parallel',
    'resource_group',
    'rules',
    'script',
    'stage',
    'start_in',
    'variables',
    'when',
  ],
  unsupported: [
    ...unsupportedDefaultKeywords,
    'dast_configuration',
    'inputs',
    'manual_confirmation',
    'pages',
    'publish',
    'release',
    'run',
    'secrets',
    'trigger',
    'type',
  ],
} as const

export function isRootKeyword(key: string): boolean {
  return [...rootKeywords, ...unsupportedRootKeywords].some((keyword) => keyword === key)
}
