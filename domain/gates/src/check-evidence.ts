import type { ClauseState, EvidenceRecord, EvidenceSubject } from '@sluice/contracts/evidence'
import type { ReportSource } from '@sluice/contracts/policy'
import type { DecideInput, RefusedReport } from './decide-input.ts'
import { factKinds } from './expression/vocabulary.ts'
import type { Sentence } from './sentence.ts'

/** What is wrong with the evidence of a clause before its expression is looked at. */
export interface Fault {
  state: Extract<ClauseState, 'missing' | 'untrusted' | 'wrong-subject' | 'invalid'>
  sentence: Sentence
}

/** One report that a clause needs. */
export interface Needed {
  name: string
  source: ReportSource | undefined
  record: EvidenceRecord | null
  refused: RefusedReport | undefined
}

/** From the most to the least serious: a report that is broken hides whether it would be about the right subject. */
const checks = [invalid, missing, wrongSubject, untrusted]

/** The gravest fault among the reports of a clause, in the order invalid, missing, wrong-subject, untrusted. */
export function faultOf(needed: readonly Needed[], input: DecideInput): Fault | null {
  for (const check of checks) {
    for (const report of needed) {
      const fault = check(report, input)
      if (fault) return fault
    }
  }
  return null
}

function invalid({ name, source, record, refused }: Needed): Fault | null {
  if (refused) {
    return {
      state: 'invalid',
      sentence: {
        en: `report "${name}" cannot be used: ${refused.message} [${refused.code}]`,
        zh: `报告“${name}”无法使用：${refused.message} [${refused.code}]`,
      },
    }
  }
  const wanted = source ? factKinds[source.format] : null
  if (!record || !wanted || record.fact.kind === wanted) return null
  return {
    state: 'invalid',
    sentence: {
      en: `report "${name}" tells of ${record.fact.kind}, wanted ${wanted}`,
      zh: `报告“${name}”的内容是 ${record.fact.kind}，应为 ${wanted}`,
    },
  }
}

function missing({ name, source, record }: Needed): Fault | null {
  if (record) return null
  const sentence = source
    ? {
        en: `report "${name}" is missing: job "${source.job}" did not hand in ${source.path}`,
        zh: `缺少报告“${name}”：作业“${source.job}”没有提交 ${source.path}`,
      }
    : { en: `report "${name}" is missing: no job handed it in`, zh: `缺少报告“${name}”：没有作业提交` }
  return { state: 'missing', sentence }
}

function wrongSubject({ name, record }: Needed, { subject }: DecideInput): Fault | null {
  if (!record || sameSubject(record.subject, subject)) return null
  const [is, wanted] = [digestText(record.subject), digestText(subject)]
  return {
    state: 'wrong-subject',
    sentence: {
      en: `report "${name}" is about ${is}, wanted ${wanted}`,
      zh: `报告“${name}”针对的是 ${is}，应为 ${wanted}`,
    },
  }
}

/** Matched by digest alone (in-toto): at least one algorithm in common, and all in common equal. */
function sameSubject(a: EvidenceSubject, b: EvidenceSubject): boolean {
  const common = Object.keys(a.digest).filter((algorithm) => Object.hasOwn(b.digest, algorithm))
  return common.length > 0 && common.every((algorithm) => a.digest[algorithm] === b.digest[algorithm])
}

const digestText = ({ name, digest }: EvidenceSubject): string =>
  Object.entries(digest)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([algorithm, value]) => `${algorithm} ${value.slice(0, 12)}`)
    .join(', ') || `"${name}" without a digest`

function untrusted({ name, source, record }: Needed): Fault | null {
  if (!record) return null
  const { job, definitionDigest, protectedDefinitionDigest } = record.producer
  const why = (en: string, zh: string): Fault => ({
    state: 'untrusted',
    sentence: { en: `report "${name}" is not trusted: ${en}`, zh: `报告“${name}”不可信：${zh}` },
  })
  if (source && job !== source.job) {
    return why(
      `job "${job}" made it, the policy wants it from job "${source.job}"`,
      `它由作业“${job}”产生，而策略要求由作业“${source.job}”产生`,
    )
  }
  if (protectedDefinitionDigest === null) {
    return why(`job "${job}" that makes it is new in this change`, `产生它的作业“${job}”是本次变更新增的`)
  }
  if (definitionDigest === protectedDefinitionDigest) return null
  return why(
    `this change altered job "${job}" that makes it, or a job whose files reach that one`,
    `本次变更修改了产生它的作业“${job}”，或其文件会传到该作业的其他作业`,
  )
}
