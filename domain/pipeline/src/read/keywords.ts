/** Keywords that may stand in `default:`, all of GitLab's that are supported. */
export const defaultKeywords = [
  'after_script',
  'artifacts',
  'before_script',
  'cache',
  'hooks',
  'id_tokens',
  'identity',
  'image',
  'interruptible',
  'retry',
  'services',
  'tags',
  'timeout',
] as const

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
    'dast_configuration',
    'dependencies',
    'environment',
    'except',
    'extends',
    'inherit',
    'inputs',
    'manual_confirmation',
    'needs',
    'only',
    'pages',
    'parallel',
    'publish',
    'release',
    'resource_group',
    'rules',
    'run',
    'script',
    'secrets',
    'stage',
    'start_in',
    'trigger',
    'variables',
    'when',
  ],
  unsupported: ['type'],
} as const

export function isRootKeyword(key: string): boolean {
  return [...rootKeywords, ...unsupportedRootKeywords].some((keyword) => keyword === key)
}
