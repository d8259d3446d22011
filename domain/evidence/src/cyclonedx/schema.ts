import deprecatedIds from 'spdx-license-ids/deprecated.json' with { type: 'json' }
import currentIds from 'spdx-license-ids/index.json' with { type: 'json' }
import { z } from 'zod'

/**
 * What is used of CycloneDX JSON, and what tells a bill of materials that a tool wrote from one that was made up.
 * After the schemas bom-1.2 … bom-1.7; loose about members that nothing here looks at.
 */
const spdxIds = new Set<string>([...currentIds, ...deprecatedIds])

/** A reference inside of the document: not empty. */
const reference = z.string().min(1)
const property = z.strictObject({ name: z.string(), value: z.string().optional() })
const properties = z.array(property).optional()

const licence = z
  .looseObject({ id: z.string().optional(), name: z.string().optional(), properties })
  .refine(({ id, name }) => id !== undefined || name !== undefined, 'a licence has neither an "id" nor a "name"')
  .refine(({ id }) => id === undefined || spdxIds.has(id), 'the "id" of a licence is not in the SPDX list')

const licenceChoice = z
  .looseObject({
    license: licence.optional(),
    expression: z.string().min(1).optional(),
    acknowledgement: z.string().optional(),
  })
  .refine(
    (one) => (one.license === undefined) !== (one.expression === undefined),
    'wanted either a "license" or an "expression"',
  )
export type LicenceChoice = z.infer<typeof licenceChoice>

const hash = z.looseObject({
  alg: z.enum([
    ...(['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'] as const),
    ...(['BLAKE2b-256', 'BLAKE2b-384', 'BLAKE2b-512', 'BLAKE3', 'Streebog-256', 'Streebog-512'] as const),
  ]),
  content: z
    .string()
    .regex(
      /^([a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})$/,
      'not the hexadecimal form of a digest',
    ),
})

const issue = z.looseObject({ type: z.enum(['defect', 'enhancement', 'security']) })
const patch = z.looseObject({
  type: z.enum(['unofficial', 'monkey', 'backport', 'cherry-pick']),
  resolves: z.array(issue).optional(),
})

const componentType = z.enum([
  ...(['application', 'framework', 'library', 'container', 'platform', 'operating-system', 'device'] as const),
  ...(['device-driver', 'firmware', 'file', 'machine-learning-model', 'data', 'cryptographic-asset'] as const),
])

const componentOwn = z.looseObject({
  type: componentType,
  name: z.string(),
  version: z.string().optional(),
  versionRange: z.string().optional(),
  isExternal: z.boolean().optional(),
  'bom-ref': reference.optional(),
  purl: z.string().optional(),
  hashes: z.array(hash).optional(),
  licenses: z.array(licenceChoice).optional(),
  properties,
  pedigree: z.looseObject({ patches: z.array(patch).optional() }).optional(),
  swid: z.looseObject({ tagId: z.string(), name: z.string() }).optional(),
  components: z.array(z.unknown()).optional(),
})

/** One component; those nested in it are checked one by one by the reader, so that depth costs no stack. */
export const component = componentOwn
  .refine((one) => one.version === undefined || one.versionRange === undefined, 'both "version" and "versionRange"')
  .refine(
    (one) => one.versionRange === undefined || one.isExternal === true,
    '"versionRange" without "isExternal": true',
  )
export type Component = z.infer<typeof component>

const service = z.looseObject({
  name: z.string(),
  'bom-ref': reference.optional(),
  properties,
  data: z
    .array(
      z.looseObject({
        flow: z.enum(['inbound', 'outbound', 'bi-directional', 'unknown']),
        classification: z.string(),
      }),
    )
    .optional(),
})

const tool = z.looseObject({ name: z.string().optional(), version: z.string().optional() })
const timestamp = z.iso.datetime({ offset: true, local: false })

export const bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.enum(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']),
  serialNumber: z
    .string()
    .regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'wanted urn:uuid: and a UUID')
    .optional(),
  version: z.int().min(1).optional(),
  metadata: z
    .looseObject({
      timestamp: timestamp.optional(),
      tools: z.union([z.array(tool), z.looseObject({ components: z.array(tool).optional() })]).optional(),
      component: z.unknown().optional(),
      licenses: z.array(licenceChoice).optional(),
      properties,
    })
    .optional(),
  components: z.array(z.unknown()).optional(),
  services: z.array(service).optional(),
  dependencies: z.array(z.looseObject({ ref: reference, dependsOn: z.array(reference).optional() })).optional(),
})
export type Bom = z.infer<typeof bom>
