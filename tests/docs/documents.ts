import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A Markdown file of this repository; `path` from its root. */
export interface Document {
  path: string
  text: string
}

const passedOver = new Set(['node_modules', 'dist', 'coverage', 'reports'])

/** Every Markdown file, the card's and those of packages included. */
export function readDocuments(): Document[] {
  return pathsBelow('')
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Every file that people write, by its path from the root. */
export function pathsBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    const isHidden = entry.name.startsWith('.') && entry.name !== '.ci'
    return isHidden || passedOver.has(entry.name) ? [] : pathsBelow(path)
  })
}

/** The text without its code, in which a bracket is no link and a hash no heading. */
export const proseOf = (text: string): string => text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')

/** The bodies of the fenced blocks of one language, in order. */
export function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\S*)\n(.*?)^```/gms)].flatMap(([, name, body = '']) =>
    name === language ? [body] : [],
  )
}
