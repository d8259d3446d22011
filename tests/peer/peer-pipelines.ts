import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Plan } from '@sluice/contracts/plan'
import { compileFrom, predefinedVariables, type CompileResult } from '@sluice/pipeline'
import { pushToMain } from '@sluice/pipeline/testing'

/** A pipeline that both are asked about: a folder that is a project, and the file in it. */
export interface PeerPipeline {
  /** `public/needs-empty/.gitlab-ci.yml`, `own/needs-nothing`. */
  name: string
  folder: string
  path: string
}

const cases = join(import.meta.dirname, '../pipelines')

/** Pipelines that others wrote, kept beside the checkout and not in it. */
const publicFolder = join(
  process.env['SLUICE_SHARED_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
  'gitlab-ci-cases',
)

/** Those files that are pipelines: `.gitlab-ci-local-…` are the peer's own settings. Empty where the data is missing. */
export function publicPipelines(): PeerPipeline[] {
  if (!existsSync(publicFolder)) return []
  const files = readdirSync(publicFolder, { recursive: true, encoding: 'utf8' }).toSorted()
  return files
    .filter((file) => /\.gitlab-ci(?!-local-)[^/\\]*\.yml$/.test(file))
    .map((file) => {
      const [first = '', ...rest] = file.split(sep)
      return { name: `public/${[first, ...rest].join('/')}`, folder: join(publicFolder, first), path: rest.join('/') }
    })
}

/** Cases with a plan, for a push to main and with nothing else given: the peer cannot be told of other events. */
export function ownPipelines(): PeerPipeline[] {
  const has = (name: string, file: string): boolean => existsSync(join(cases, name, file))
  return readdirSync(cases)
    .filter((name) => has(name, '.gitlab-ci.yml') && !has(name, 'expected.mistakes.txt'))
    .filter((name) => !has(name, 'request.json') && !has(name, 'elsewhere'))
    .map((name) => ({ name: `own/${name}`, folder: join(cases, name), path: '.gitlab-ci.yml' }))
}

/** What we make of it, for a push to main. */
export async function compilePipeline({ folder, path }: PeerPipeline): Promise<CompileResult> {
  const request = {
    project: 'case',
    trigger: pushToMain,
    path,
    variables: [],
    predefined: predefinedVariables({ trigger: pushToMain, project: { slug: 'case' } }),
    changedPaths: null,
  }
  return compileFrom(request, {
    read: async (name) => readFile(join(folder, name), 'utf8').catch(() => null),
    list: async () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted(),
  })
}

/** The plan, where there is one. */
export function planIn(result: CompileResult): Plan | null {
  return result.kind === 'plan' ? result.plan : null
}
