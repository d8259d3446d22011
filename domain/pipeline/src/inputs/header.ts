import { readFields } from '../read/fields.ts'
import type { Reading } from '../read/reading.ts'
import { choiceReader, readMap, readText, wrongType } from '../read/values.ts'
import type { Located, LocatedMap } from '../yaml/located.ts'
import { readInputDefinitions, type InputDefinition } from './input-definition.ts'

const componentFields = ['name', 'sha', 'version', 'reference'] as const
export type ComponentField = (typeof componentFields)[number]

/** The header of a file: the document with `spec:` above the pipeline. */
export interface Header {
  inputs: readonly InputDefinition[]
  /** `spec:include`, not read yet. */
  include: Located | null
  /** Which fields of the component its pipeline may name. */
  component: readonly ComponentField[]
}

export const noHeader: Header = { inputs: [], include: null, component: [] }

const specKeywords = { known: ['component', 'description', 'include', 'inputs'] }
const readComponentField = choiceReader<ComponentField>(componentFields)

/** Reads a header (GitLab's "Header keywords"). */
export function readHeader(map: LocatedMap, reading: Reading): Header {
  const spec = readFields(map, { known: ['spec'] }, '', reading).get('spec')?.value
  const fields = spec === undefined ? null : readMap(spec, 'spec', 'a map with inputs', reading)
  if (fields === null) return noHeader
  const known = readFields(fields, specKeywords, 'spec', reading)
  const [component, description, inputs] = [known.get('component'), known.get('description'), known.get('inputs')]
  if (description !== undefined) readText(description.value, 'spec:description', reading)
  return {
    inputs: inputs === undefined ? [] : readInputDefinitions(inputs.value, reading),
    include: known.get('include')?.value ?? null,
    component: component === undefined ? [] : readComponent(component.value, reading),
  }
}

function readComponent(node: Located, reading: Reading): ComponentField[] {
  if (node.kind === 'list') return node.items.map((item) => readComponentField(item, 'spec:component', reading))
  wrongType(node, 'spec:component', `a list of: ${componentFields.join(', ')}`, reading)
  return []
}
