/** What the global setup of the tests hands to every test file as `inject('postgres')`. */
export interface ProvidedPostgres {
  /** Of a database of a superuser; `null` where PostgreSQL cannot be started. */
  url: string | null
  /** Why there is none. */
  reason: string
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: ProvidedPostgres
  }
}
