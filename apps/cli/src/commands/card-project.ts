import { join, resolve } from 'node:path'

/** The project that every checkout brings along. */
export const cardProject = {
  slug: 'card',
  name: 'Digital credit card',
  folder: join(resolve(import.meta.dirname, '../../../..'), 'card'),
}
