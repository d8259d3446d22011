/**
 * Tells the schema library not to try whether it may compile schemas to code: the pages' content security policy
 * forbids it, and the try alone is reported as a violation. To be imported before any schema is made.
 */
import { config } from 'zod'

config({ jitless: true })
