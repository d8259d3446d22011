import { errorTable } from '@sluice/kernel'

/** Every code that `@sluice/evidence` raises. */
export const errors = errorTable({
  EVIDENCE_TOO_LARGE: {
    summary: 'The report is larger than 100 MB, all its files together.',
    remedy: 'Let the tool write less, for instance no captured output of tests, or split the report into several.',
  },
  EVIDENCE_TOO_MANY_FILES: {
    summary: 'The report has more than 1,000 files.',
    remedy: 'Narrow its path in the policy, or let the tool write fewer files.',
  },
  EVIDENCE_FILE_MISSING: {
    summary: 'One of the paths that the policy lists for the report has no file, so a part of it was not written.',
    remedy: 'Look in the log of the job why its tool wrote nothing there, or take the path out of the policy.',
  },
  EVIDENCE_EMPTY: {
    summary: 'The report has no content, or holds no run of a tool.',
    remedy: 'Look in the log of the job why its tool wrote nothing.',
  },
  EVIDENCE_TRUNCATED: {
    summary: 'The report ends in the middle: the tool was stopped while writing it, or the disk was full.',
    remedy: 'Run the job again; give the tool the time and space to finish its report.',
  },
  EVIDENCE_NOT_XML: {
    summary: 'The report is not well-formed XML.',
    remedy: 'Check that the path names the report, and that the tool writes the format that the policy says.',
  },
  EVIDENCE_NOT_JSON: {
    summary: 'The report is not JSON.',
    remedy: 'Check that the path names the report, and that the tool writes the format that the policy says.',
  },
  EVIDENCE_FORBIDDEN_XML: {
    summary: 'The report declares XML entities or nests too deeply: this is how attacks on XML readers are made.',
    remedy: 'Write the report without a document type of its own; no test or coverage tool needs one.',
  },
  EVIDENCE_WRONG_FORMAT: {
    summary: 'The report is not in the format that was declared for it, or breaks the rules of that format.',
    remedy: 'Correct "format" in the policy or the option of the tool that names its output format.',
  },
  EVIDENCE_SCAN_FAILED: {
    summary: 'The scanner itself says that it did not finish. Its silence is not "no findings".',
    remedy: 'Look in the log of the job why the scanner failed, mend it, and run it again.',
  },
  EVIDENCE_COUNTS_DISAGREE: {
    summary:
      'The test report claims more failures than it shows, so some failed outside a test case or were taken out.',
    remedy: 'Look in the log for a suite that could not be loaded; do not edit the report after the tool wrote it.',
  },
  EVIDENCE_BAD_ENVELOPE: {
    summary: 'The signed envelope of a statement is malformed.',
    remedy: 'Fetch the evidence again; an envelope is JSON with payloadType, payload and signatures (DSSE 1.0.2).',
  },
  EVIDENCE_BAD_SIGNATURE: {
    summary: 'No signature of the envelope was made by a trusted key over these very bytes.',
    remedy:
      'Check which key signed it. If the key is right, the evidence was changed after it was signed: do not use it.',
  },
})

export type EvidenceErrorCode = keyof typeof errors
