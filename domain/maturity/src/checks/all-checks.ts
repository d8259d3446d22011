import type { Check } from '../finding.ts'
import { deploymentChecks } from './deployment-checks.ts'
import { integrationChecks } from './integration-checks.ts'
import { sourceChecks } from './source-checks.ts'
import { testChecks } from './test-checks.ts'

/** Every criterion that the log can speak for. All others are unknown. */
export const allChecks: Check[] = [...sourceChecks, ...integrationChecks, ...testChecks, ...deploymentChecks]
