import type { z } from 'zod'

/** The first mistake that a schema found, as JSON path and sentence: `components[1].name: Invalid input…`. */
export function mistakeOf(error: z.ZodError): string {
  const [issue] = error.issues
  if (!issue) return 'it does not follow the schema'
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return `${path.replace(/^\./, '') || 'the document'}: ${issue.message}`
}
