import { policy as policySchema, type Policy } from '@sluice/contracts/policy'
import { schemaWords } from '@sluice/contracts/schema-words'
import { digestOf, SluiceError } from '@sluice/kernel'
import { LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { crossMistakes } from './cross-mistakes.ts'
import { PolicyMistakes, type PolicyMistake } from './policy-mistakes.ts'
import { Positions } from './positions.ts'

/** Larger policy files are refused, in UTF-16 code units: 256 Ki. */
const lengthMax = 262_144
/** Aliases that grow a small file into a large one are refused beyond this many (the "billion laughs"). */
const aliasesMax = 50

/**
 * Reads `sluice.yml`. Every mistake is found at once: of YAML, of the schema (unknown keys too), and of what must fit
 * together.
 * @throws PolicyMistakes, or a SluiceError POLICY_TOO_LARGE
 */
export function readPolicy(text: string, path: string): Policy {
  if (text.length > lengthMax) {
    const why = `it has ${text.length} characters, at most ${lengthMax} are read`
    throw new SluiceError('POLICY_TOO_LARGE', `Cannot read policy "${path}": ${why}`, { place: { path }, status: 422 })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, version: '1.2' })
  const positions = new Positions(document, lines, path, text)
  refuse(path, yamlMistakes(document, positions))
  const parsed = policySchema.safeParse(plainValue(document, path, positions), { error: schemaWords })
  if (!parsed.success) throw new PolicyMistakes(path, schemaMistakes(parsed.error, positions))
  refuse(path, crossMistakes(parsed.data, positions))
  return parsed.data
}

/** Digest of what a policy says: comments, order of keys and white space do not change it. */
export function policyDigest(policy: Policy): string {
  return digestOf(policy)
}

function refuse(path: string, mistakes: PolicyMistake[]): void {
  if (mistakes.length > 0) throw new PolicyMistakes(path, mistakes)
}

function yamlMistakes(document: Document, positions: Positions): PolicyMistake[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    place: positions.at(error.pos[0]),
    message: `it is not YAML: ${error.message}`,
  }))
}

function plainValue(document: Document, path: string, positions: Positions): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax }) as unknown
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new PolicyMistakes(path, [{ place: positions.of([]), message }])
  }
}

function schemaMistakes(error: z.ZodError, positions: Positions): PolicyMistake[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      const example = issue.path.length === 0 ? ', such as "version: 1"' : ''
      return [{ place: positions.of(issue.path), message: `${nameOf(issue.path)}: ${issue.message}${example}` }]
    }
    return issue.keys.map((key) => ({
      place: positions.ofKey(issue.path, key),
      message: `${nameOf([...issue.path, key])}: the policy has no such key`,
    }))
  })
}

/** `gates[0].rules[1].expr` */
function nameOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  return parts.join('').replace(/^\./, '') || 'the policy'
}
