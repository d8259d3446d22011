import { homedir } from 'node:os'
import { posix } from 'node:path'
import type { SourceFile } from './source-file.ts'

/** Files whose text people read or commit by hand; the checks look for paths of a machine in them. */
export const isReadable = (path: string): boolean =>
  /\.(md|ts|tsx|js|mjs|json|jsonc|yml|yaml|sh|css|html|patch|sql|svg|txt)$/.test(path) ||
  ['sluice', '.ci/run'].includes(path)

/** The commands that a newcomer types, as README must have them. */
const newcomerCommands = ['npm ci && npm start', 'npm ci && npm test']

/** What is wrong with the documents: README's commands, links that lead nowhere, paths of this machine. */
export function documentProblems(files: SourceFile[], allPaths: string[], root: string): string[] {
  const documents = files.filter(({ path }) => path.endsWith('.md'))
  return [
    ...readmeProblems(files),
    ...documents.flatMap((file) => deadLinks(file, allPaths)),
    ...files.flatMap((file) => machinePaths(file, root)),
  ]
}

function readmeProblems(files: SourceFile[]): string[] {
  const readme = files.find(({ path }) => path === 'README.md')
  if (readme === undefined) return ['README.md does not exist']
  const fences = [...readme.text.matchAll(/^```[^\n]*\n(.*?)^```/gms)].map(([, body = '']) => body)
  return newcomerCommands
    .filter((command) => !fences.some((fence) => fence.includes(command)))
    .map((command) => `README.md does not give the command "${command}"`)
}

function deadLinks({ path, text }: SourceFile, allPaths: string[]): string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^([a-z]+:|#)/i.test(link)) return []
    const target = posix.join(posix.dirname(path), decodeURI(link.split('#')[0] ?? '')).replace(/\/$/, '')
    const exists = target === '.' || allPaths.some((known) => known === target || known.startsWith(`${target}/`))
    return exists ? [] : [`${path}: the link to ${link} leads nowhere`]
  })
}

const isTelling = (folder: string): boolean => folder.split('/').length > 2

/** The checkout's own folder, where it is no everyday name such as `/repo`, and homes of people. */
function machinePaths({ path, text }: SourceFile, root: string): string[] {
  const found = [root, homedir()].filter(isTelling).find((folder) => text.includes(`${folder}/`))
  return found === undefined ? [] : [`${path}: names ${found}, a path of this machine`]
}
