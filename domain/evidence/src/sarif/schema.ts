import { z } from 'zod'

/** What is used of SARIF 2.1.0; loose, for the rest belongs to others. Clauses of the standard stand in brackets. */
const level = z.enum(['none', 'note', 'warning', 'error'])
const message = z.looseObject({
  text: z.string().optional(),
  markdown: z.string().optional(),
  id: z.string().optional(),
  arguments: z.array(z.string()).optional(),
})
const index = z.int().min(-1).optional()

const rule = z.looseObject({
  id: z.string(),
  /** Level of results that have none of their own (3.50). */
  defaultConfiguration: z.looseObject({ level: level.optional() }).optional(),
  messageStrings: z.record(z.string(), z.looseObject({ text: z.string() })).optional(),
})

const component = z.looseObject({
  name: z.string().min(1),
  version: z.string().optional(),
  semanticVersion: z.string().optional(),
  rules: z.array(rule).optional(),
})

const location = z.looseObject({
  physicalLocation: z
    .looseObject({
      artifactLocation: z
        .looseObject({ uri: z.string().optional(), uriBaseId: z.string().optional(), index })
        .optional(),
      region: z.looseObject({ startLine: z.int().min(1).optional() }).optional(),
    })
    .optional(),
})

const suppression = z.looseObject({
  kind: z.enum(['inSource', 'external']),
  status: z.enum(['accepted', 'underReview', 'rejected']).nullish(),
})

const result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: index,
  rule: z
    .looseObject({ id: z.string().optional(), index, toolComponent: z.looseObject({ index }).optional() })
    .optional(),
  /** 3.27.9 */
  kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']).optional(),
  /** 3.27.10 */
  level: level.optional(),
  /** Required by 3.27.11, yet scanners leave it out: the finding counts all the same. */
  message: message.nullish(),
  locations: z.array(location).optional(),
  baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).optional(),
  suppressions: z.array(suppression).nullish(),
})
export type SarifResult = z.infer<typeof result>

const notification = z.looseObject({ message: message.optional(), level: level.optional() })

const run = z.looseObject({
  tool: z.looseObject({ driver: component, extensions: z.array(component).optional() }),
  invocations: z
    .array(
      z.looseObject({
        executionSuccessful: z.boolean(),
        toolExecutionNotifications: z.array(notification).optional(),
        toolConfigurationNotifications: z.array(notification).optional(),
      }),
    )
    .optional(),
  artifacts: z.array(z.looseObject({ location: z.looseObject({ uri: z.string().optional() }).optional() })).nullish(),
  originalUriBaseIds: z.record(z.string(), z.looseObject({ uri: z.string().optional() })).optional(),
  externalPropertyFileReferences: z.looseObject({ results: z.array(z.unknown()).optional() }).optional(),
  results: z.array(result).nullish(),
})
export type SarifRun = z.infer<typeof run>

export const sarifLog = z.looseObject({ version: z.literal('2.1.0'), runs: z.array(run).nullable() })
