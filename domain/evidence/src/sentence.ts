import type { ComponentsFact, CoverageFact, FindingsFact, Fact, TestsFact } from '@sluice/contracts/evidence'
import { unreachable } from '@sluice/kernel'

/** A sentence without its full stop, in both languages. */
export interface Sentence {
  en: string
  zh: string
}

/** What a fact says, for people: `24 tests passed`, `91.3 % of lines covered`. */
export function sentenceOf(fact: Fact): Sentence {
  switch (fact.kind) {
    case 'tests':
      return testsSentence(fact)
    case 'coverage':
      return coverageSentence(fact)
    case 'findings':
      return findingsSentence(fact)
    case 'components':
      return componentsSentence(fact)
    default:
      return unreachable(fact)
  }
}

function testsSentence({ total, passed, failed, errors, skipped }: TestsFact): Sentence {
  const skip = skipped > 0 ? { en: `, ${skipped} skipped`, zh: `，跳过 ${skipped} 个` } : { en: '', zh: '' }
  if (total === 0) return { en: 'no test ran', zh: '没有运行任何测试' }
  if (failed + errors === 0) {
    return { en: `${plural(passed, 'test')} passed${skip.en}`, zh: `${passed} 个测试通过${skip.zh}` }
  }
  const en = [failed > 0 ? `${failed} failed` : '', errors > 0 ? `${errors} broke with an error` : '']
  const zh = [failed > 0 ? `${failed} 个失败` : '', errors > 0 ? `${errors} 个出错` : '']
  return {
    en: `${plural(total, 'test')}: ${en.filter(Boolean).join(', ')}${skip.en}`,
    zh: `共 ${total} 个测试：${zh.filter(Boolean).join('，')}${skip.zh}`,
  }
}

function coverageSentence({ lineRate, linesCovered, linesTotal, branchRate }: CoverageFact): Sentence {
  if (lineRate === null) return { en: 'there are no lines to cover', zh: '没有可覆盖的代码行' }
  const branches =
    branchRate === null
      ? { en: '', zh: '' }
      : { en: `, ${percent(branchRate)} of branches`, zh: `，分支覆盖率 ${percent(branchRate)}` }
  return {
    en: `${percent(lineRate)} of lines covered (${linesCovered} of ${linesTotal})${branches.en}`,
    zh: `行覆盖率 ${percent(lineRate)}（${linesCovered}/${linesTotal}）${branches.zh}`,
  }
}

function findingsSentence({ tool, errors, warnings, notes, suppressed }: FindingsFact): Sentence {
  const left =
    suppressed > 0 ? { en: `, ${suppressed} suppressed`, zh: `，另有 ${suppressed} 个已豁免` } : { en: '', zh: '' }
  if (errors + warnings + notes === 0)
    return { en: `${tool} found nothing${left.en}`, zh: `${tool} 未发现问题${left.zh}` }
  return {
    en: `${tool} found ${plural(errors, 'error')}, ${plural(warnings, 'warning')}, ${plural(notes, 'note')}${left.en}`,
    zh: `${tool} 发现 ${errors} 个错误、${warnings} 个警告、${notes} 个提示${left.zh}`,
  }
}

function componentsSentence({ total, licences }: ComponentsFact): Sentence {
  const unknown = licences['unknown'] ?? 0
  const hint =
    unknown > 0
      ? { en: `, ${unknown} without a licence`, zh: `，其中 ${unknown} 个没有许可证信息` }
      : { en: '', zh: '' }
  return { en: `${plural(total, 'component')}${hint.en}`, zh: `${total} 个组件${hint.zh}` }
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Cut, not rounded: 79.96 % must not read as the 80.0 % that a gate asks for. */
const percent = (rate: number): string => `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)} %`
