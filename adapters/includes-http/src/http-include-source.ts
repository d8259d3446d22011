import type { FarSource, IncludeAnswer, IncludeSource } from '@sluice/pipeline'
import { fetchText, type FetchLimits } from './fetch-text.ts'

export interface HttpIncludeOptions {
  /** Address of the folder of templates; `defaultTemplates` by default. */
  templates?: string
  limits?: Partial<FetchLimits>
}

/** GitLab's own templates, as they are now. */
export const defaultTemplates = 'https://gitlab.com/gitlab-org/gitlab/-/raw/master/lib/gitlab/ci/templates/'

const defaultLimits: FetchLimits = { timeoutMs: 15_000, bodyBytes: 1_048_576, redirects: 5 }

/** Remote files and templates over HTTP. Keeps nothing between two reads. */
export class HttpIncludeSource implements IncludeSource {
  readonly #templates: string
  readonly #limits: FetchLimits

  constructor({ templates = defaultTemplates, limits = {} }: HttpIncludeOptions = {}) {
    this.#templates = templates.endsWith('/') ? templates : `${templates}/`
    this.#limits = { ...defaultLimits, ...limits }
  }

  async read(source: FarSource): Promise<IncludeAnswer> {
    if (source.kind === 'remote') return this.#fetch(source.url, '')
    if (source.kind === 'template')
      return this.#fetch(`${this.#templates}${source.name}`, ` (templates: ${this.#templates})`)
    return { kind: 'missing', fault: 'it is in a project; wanted remote or template' }
  }

  async #fetch(address: string, told: string): Promise<IncludeAnswer> {
    const fetched = await fetchText(address, this.#limits)
    if (fetched.ok) return { kind: 'text', text: fetched.text }
    return { kind: 'missing', fault: `${fetched.fault}${told}`, ...(fetched.unreachable ? { unreachable: true } : {}) }
  }
}
