import type { PlanJobOptions, PlanVariable, Reason } from '@sluice/contracts/plan'

/** A job's secrets and ID tokens without those that the project gives as variables, and the variables with these. */
export interface StoodIn {
  options: PlanJobOptions
  variables: PlanVariable[]
  reasons: Reason[]
}

/**
 * A variable of the project, or of the start, with the name of a secret or an ID token stands in for the provider:
 * whoever may set it may give the job what its script counts on. A secret that is to be a file becomes one.
 * @param given names of these variables
 */
export function standInForSecrets(
  { secrets, idTokens, ...options }: PlanJobOptions,
  variables: readonly PlanVariable[],
  given: ReadonlySet<string>,
): StoodIn {
  const [ownSecrets, ownTokens] = [without(secrets, given), without(idTokens, given)]
  const files = new Set(Object.entries(secrets ?? {}).flatMap(([name, { file }]) => (file ? [name] : [])))
  const names = [...Object.keys(secrets ?? {}), ...Object.keys(idTokens ?? {})].filter((name) => given.has(name))
  return {
    options: {
      ...options,
      ...(ownSecrets === undefined ? {} : { secrets: ownSecrets }),
      ...(ownTokens === undefined ? {} : { idTokens: ownTokens }),
    },
    variables: variables.map((one) => (files.has(one.key) && given.has(one.key) ? { ...one, file: true } : one)),
    reasons: names.map((name) => ({ kind: 'default', text: `takes ${name} from the variables of the project` })),
  }
}

/** `undefined` where nothing is left. */
function without<T>(named: Record<string, T> | undefined, given: ReadonlySet<string>): Record<string, T> | undefined {
  const left = Object.entries(named ?? {}).filter(([name]) => !given.has(name))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}
