import type { z } from 'zod'
import type { Permission } from '../access.ts'

export type { Permission } from '../access.ts'

/** One route: what both ends and the reference page need to know. `Answer` is the type of its JSON. */
export interface Route<Answer, Body = undefined> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `:name` for parameters. */
  path: string
  permission: Permission
  summary: string
  body: z.ZodType<Body> | null
  /** Codes that it may answer with, beside those that every route has. */
  errors: readonly string[]
  /** Never set; carries the type. */
  readonly answer?: Answer
}

/** Declares a route and fixes its types. */
export function route<Answer>() {
  return <Body = undefined>(
    definition: Omit<Route<Answer, Body>, 'answer' | 'body'> & { body?: z.ZodType<Body> },
  ): Route<Answer, Body> => ({
    ...definition,
    body: definition.body ?? null,
  })
}

/** Puts parameters into a route's path, each escaped. */
export function pathOf(path: string, parameters: Record<string, string | number>): string {
  return path.replaceAll(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(parameters[name] ?? '')))
}
