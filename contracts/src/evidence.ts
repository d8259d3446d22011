/**
 * Evidence: what a tool said, normalised, about one subject, attributed and signed.
 * Carried as an in-toto Statement v1 inside a DSSE envelope (in-toto attestation framework 1.2).
 */

/** What a fact is about. A commit's digest set uses the algorithm name `gitCommit` (in-toto DigestSet). */
export interface EvidenceSubject {
  name: string
  digest: Record<string, string>
}

/** Result of one test case. */
export type TestOutcome = 'passed' | 'failed' | 'error' | 'skipped'

/** What a test report says. Counts are recomputed from the cases, never copied from attributes. */
export interface TestsFact {
  kind: 'tests'
  total: number
  passed: number
  failed: number
  errors: number
  skipped: number
  durationMs: number
  /** Every case that did not pass, at most 1,000; the rest is counted in `failuresOmitted`. */
  failures: { name: string; suite: string; outcome: 'failed' | 'error'; message: string; file: string | null }[]
  failuresOmitted: number
}

/** What a coverage report says, recomputed from its lines. Rates are 0…1; `null` where there is nothing to cover. */
export interface CoverageFact {
  kind: 'coverage'
  linesCovered: number
  linesTotal: number
  lineRate: number | null
  branchesCovered: number
  branchesTotal: number
  branchRate: number | null
  files: { path: string; linesCovered: number; linesTotal: number }[]
}

export type FindingLevel = 'none' | 'note' | 'warning' | 'error'

/** What a scanner says. Suppressed results are counted apart and not among the levels. */
export interface FindingsFact {
  kind: 'findings'
  tool: string
  errors: number
  warnings: number
  notes: number
  suppressed: number
  /** At most 1,000, the most severe first. */
  findings: { rule: string; level: FindingLevel; message: string; path: string | null; line: number | null }[]
  findingsOmitted: number
}

/** What a bill of materials says. */
export interface ComponentsFact {
  kind: 'components'
  specVersion: string
  total: number
  /** Licence expression or id → number of components. `unknown` for none. */
  licences: Record<string, number>
  components: { name: string; version: string | null; purl: string | null; licence: string | null }[]
}

export type Fact = TestsFact | CoverageFact | FindingsFact | ComponentsFact
export type FactKind = Fact['kind']

/** Who made the report: which job, defined how, under which isolation. */
export interface EvidenceProducer {
  runId: string
  job: string
  attempt: number
  runnerId: string
  /** Digest of the job as it ran … */
  definitionDigest: string
  /** … and of the job of that name in the protected branch before the change; `null` where it has none. */
  protectedDefinitionDigest: string | null
  isolation: IsolationLevel
}

/**
 * How a job was kept from Sluice, from others and from the machine: by another user, by namespaces, in a container of a
 * Docker engine. `none` marks the run `unisolated`.
 */
export type IsolationLevel = 'uid' | 'user-namespace' | 'container' | 'none'

/** One piece of evidence as stored and shown. `statement` is the DSSE envelope with the signed whole. */
export interface EvidenceRecord {
  id: string
  /** Name of the report source in the policy, or of GitLab's report kind where the policy names none. */
  name: string
  subject: EvidenceSubject
  format: string
  tool: { name: string; version: string | null }
  /** RFC 3339, UTC. */
  at: string
  /** Digest of the raw report, `sha256:…`; the bytes are in the blob store. Of several files that of `reportFiles`. */
  reportDigest: string
  /** Of several files, words that begin with the first one's path. */
  reportPath: string
  /** Every raw file that was read, in the order of the paths. Records of before have none: their one file is the above. */
  reportFiles?: ReportFileDigest[]
  producer: EvidenceProducer
  fact: Fact
  statement: DsseEnvelope
}

/** A raw file of a report; its bytes are in the blob store under the digest. */
export interface ReportFileDigest {
  path: string
  /** `sha256:…` */
  digest: string
}

/** DSSE 1.0.2: `payload` is base64. */
export interface DsseEnvelope {
  payloadType: string
  payload: string
  signatures: { keyid: string; sig: string }[]
}

/** in-toto Statement v1. */
export interface Statement {
  _type: 'https://in-toto.io/Statement/v1'
  subject: EvidenceSubject[]
  predicateType: string
  predicate: Record<string, unknown>
}

/** State of one clause of a gate. Only `pass` opens it. */
export type ClauseState = 'pass' | 'fail' | 'missing' | 'untrusted' | 'wrong-subject' | 'invalid' | 'error'

export interface ClauseResult {
  rule: string
  state: ClauseState
  expr: string
  /** Every value that the expression looked at, e.g. `{"tests.failed": 2}`. */
  values: Record<string, unknown>
  /** Ids of the evidence behind it. */
  evidence: string[]
  /** A sentence for people, in both languages. */
  sentence: { en: string; zh: string }
}

/** A gate's decision: immutable, and the same for the same inputs. */
export interface Verdict {
  id: string
  runId: string
  gate: string
  decision: 'open' | 'closed'
  /** Where the policy was read: never from the change. */
  policy: { ref: string; commit: string; digest: string }
  subject: EvidenceSubject
  clauses: ClauseResult[]
  at: string
  sentence: { en: string; zh: string }
}
