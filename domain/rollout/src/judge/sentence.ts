import type { Judgement, VersionMetrics } from '@sluice/contracts/events'
import type { ComparedWith, Sentence } from '../rollout.ts'
import { milliseconds, number, percent } from './figures.ts'

const verdicts: Record<Judgement['result'], Sentence> = {
  pass: { en: 'Pass', zh: '通过' },
  fail: { en: 'Fail', zh: '未通过' },
  inconclusive: { en: 'Inconclusive', zh: '无法判断' },
}

const others: Record<ComparedWith, Sentence> = {
  stable: { en: 'the stable version', zh: '稳定版本' },
  baseline: { en: 'its baseline', zh: '基线实例' },
  nothing: { en: '', zh: '' },
}

const remarks: Record<ComparedWith, Sentence> = {
  stable: { en: '', zh: '' },
  baseline: {
    en: '; the baseline is a second instance of the same release, as no other release was running',
    zh: '；因没有其他版本在运行，以同一版本的另一个实例为基线',
  },
  nothing: {
    en: '; there was no other version to compare with, so only the limits count',
    zh: '；没有可对照的版本，仅按绝对上限判断',
  },
}

function failed(version: VersionMetrics): Sentence {
  const share = version.errorRate === null ? '' : percent(version.errorRate)
  return {
    en: `${number(version.errors)} of ${number(version.requests)} requests to`,
    zh: `${number(version.requests)} 个请求中 ${number(version.errors)} 个失败${share && `（${share}）`}`,
  }
}

const shareEn = (version: VersionMetrics): string =>
  version.errorRate === null ? '' : ` (${percent(version.errorRate)})`

function errorsSentence(stable: VersionMetrics | null, canary: VersionMetrics, other: Sentence): Sentence {
  const en = `${failed(canary).en} the canary failed${shareEn(canary)}`
  const zh = `灰度版本 ${failed(canary).zh}`
  if (stable === null) return { en, zh }
  return {
    en: `${en}, ${failed(stable).en} ${other.en}${shareEn(stable)}`,
    zh: `${zh}，${other.zh} ${failed(stable).zh}`,
  }
}

function latencySentence(stable: VersionMetrics | null, canary: VersionMetrics): Sentence {
  if (canary.latencyP95Ms === null) return { en: '', zh: '' }
  const ms = milliseconds(canary.latencyP95Ms)
  const against = stable?.latencyP95Ms ?? null
  return {
    en: `; 95th percentile of latency ${ms} ms${against === null ? '' : ` against ${milliseconds(against)} ms`}`,
    zh: `；P95 延迟 ${ms} 毫秒${against === null ? '' : `，对照为 ${milliseconds(against)} 毫秒`}`,
  }
}

/** The judgement in one sentence with its numbers, the reasons last. */
export function judgementSentence(
  result: Judgement['result'],
  versions: { stable: VersionMetrics | null; canary: VersionMetrics; comparedWith: ComparedWith },
  reasons: Sentence[],
): Sentence {
  const { stable, canary, comparedWith } = versions
  const errors = errorsSentence(stable, canary, others[comparedWith])
  const latency = latencySentence(stable, canary)
  const why = {
    en: reasons.map((reason) => `; ${reason.en}`).join(''),
    zh: reasons.map((reason) => `；${reason.zh}`).join(''),
  }
  return {
    en: `${verdicts[result].en}: ${errors.en}${latency.en}${remarks[comparedWith].en}${why.en}.`,
    // Chinese sets no space before the sign.
    zh: `${verdicts[result].zh}：${errors.zh}${latency.zh}${remarks[comparedWith].zh}${why.zh}。`.replaceAll(' %', '%'),
  }
}
