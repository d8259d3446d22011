import type {
  EvidenceProducer,
  EvidenceSubject,
  Fact,
  FactKind,
  ReportFileDigest,
  Statement,
} from '@sluice/contracts/evidence'
import type { ReportFormat } from '@sluice/contracts/policy'
import { unreachable } from '@sluice/kernel'
import type { ReportReading } from './report.ts'

/**
 * Predicate types by kind of fact. Those of in-toto and CycloneDX are theirs; for coverage and findings there is none
 * that carries counts, so they are ours, described in README.md.
 */
export const predicateTypes: Record<FactKind, string> = {
  tests: 'https://in-toto.io/attestation/test-result/v0.1',
  coverage: 'https://sluice.dev/attestation/coverage/v1',
  findings: 'https://sluice.dev/attestation/findings/v1',
  components: 'https://cyclonedx.org/bom',
}

/** What a statement is made of. */
export interface StatementInput {
  name: string
  subject: EvidenceSubject
  format: ReportFormat
  tool: ReportReading['tool']
  /** RFC 3339, UTC. */
  at: string
  reportDigest: string
  reportPath: string
  reportFiles: ReportFileDigest[]
  producer: EvidenceProducer
  fact: Fact
}

/**
 * The in-toto Statement v1 of one piece of evidence: what the predicate type wants at the top, and beside it under
 * `sluice` the whole fact with who made it. Parsers of these predicates must ignore members they do not know.
 */
export function makeStatement(input: StatementInput): Statement {
  const { subject, fact, ...origin } = input
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subject],
    predicateType: predicateTypes[fact.kind],
    predicate: { ...standardPart(input), sluice: { ...origin, fact } },
  }
}

function standardPart({ fact, reportFiles }: StatementInput): Record<string, unknown> {
  const files = reportFiles.map(({ path, digest }) => ({ name: path, digest: digestSet(digest) }))
  switch (fact.kind) {
    case 'tests': {
      const green = fact.failed === 0 && fact.errors === 0
      const failedTests = fact.failures.map(({ suite, name }) => (suite === '' ? name : `${suite} / ${name}`))
      return { result: green ? 'PASSED' : 'FAILED', configuration: files, failedTests }
    }
    case 'components':
      return {
        bomFormat: 'CycloneDX',
        specVersion: fact.specVersion,
        externalReferences: reportFiles.map(({ path, digest }) => ({
          type: 'bom',
          url: path,
          hashes: [{ alg: 'SHA-256', content: digest.replace(/^sha256:/, '') }],
        })),
      }
    case 'coverage':
    case 'findings':
      return { reports: files }
    default:
      return unreachable(fact)
  }
}

/** `sha256:abc…` → `{ sha256: 'abc…' }` (in-toto DigestSet). */
function digestSet(digest: string): Record<string, string> {
  const [algorithm = '', value = ''] = digest.split(':')
  return { [algorithm]: value }
}
