import type { ClauseResult } from '@sluice/contracts/evidence'
import type { GatePolicy, GateRule } from '@sluice/contracts/policy'

/** The same in both languages, without a full stop. */
export interface Sentence {
  en: string
  zh: string
}

/** What a clause that passed or failed says: its message, what was seen and what was wanted. */
export function ruleSentence(rule: GateRule, passed: boolean, values: Record<string, unknown>): Sentence {
  const seen = Object.entries(values)
  const en = seen.map(([path, value]) => `${path} is ${valueText(value).en}`).join(', ')
  const zh = seen.map(([path, value]) => `${path} 为 ${valueText(value).zh}`).join('，')
  const message = messageOf(rule)
  const [before, wanted] = [seen.length > 0 ? ', ' : '', rule.expr.replaceAll(/\s+/g, ' ')]
  return passed
    ? {
        en: `${rule.name} holds (${en}${before}wanted ${wanted})`,
        zh: `${rule.name} 满足（${zh}${before && '，'}要求 ${wanted}）`,
      }
    : {
        en: `${message.en} (${en}${before}wanted ${wanted})`,
        zh: `${message.zh}（${zh}${before && '，'}要求 ${wanted}）`,
      }
}

/** The rule's message without its full stop; one text serves both languages. */
function messageOf({ message }: GateRule): Sentence {
  const { en, zh } = typeof message === 'string' ? { en: message, zh: message } : message
  return { en: en.replace(/[.。]$/, ''), zh: zh.replace(/[.。]$/, '') }
}

/** What a clause says whose expression gave no answer. */
export function errorSentence(rule: GateRule, why: string): Sentence {
  return {
    en: `rule "${rule.name}" could not be evaluated: ${why}`,
    zh: `规则“${rule.name}”无法求值：${why}`,
  }
}

/** What the verdict says: every clause that keeps the gate closed, or how many hold. */
export function verdictSentence(gate: GatePolicy, clauses: readonly ClauseResult[]): Sentence {
  const closing = clauses.filter((clause) => clause.state !== 'pass')
  const count = clauses.length
  if (closing.length === 0) {
    return {
      en: `Gate "${gate.name}" is open: ${count === 1 ? 'its one rule holds' : `all ${count} rules hold`}`,
      zh: `门禁“${gate.name}”已放行：${count} 条规则全部满足`,
    }
  }
  return {
    en: `Gate "${gate.name}" is closed: ${unique(closing.map(({ sentence }) => sentence.en)).join('; ')}`,
    zh: `门禁“${gate.name}”已关闭：${unique(closing.map(({ sentence }) => sentence.zh)).join('；')}`,
  }
}

/** Several rules that miss the same report say so once. */
const unique = (texts: string[]): string[] => [...new Set(texts)]

function valueText(value: unknown): Sentence {
  if (typeof value === 'number') {
    const text = String(Number.isInteger(value) ? value : cut(value))
    return { en: text, zh: text }
  }
  if (typeof value === 'object' && value !== null && 'size' in value) {
    return { en: `${String(value.size)} item${value.size === 1 ? '' : 's'}`, zh: `${String(value.size)} 项` }
  }
  const text = value === null ? 'null' : JSON.stringify(value)
  return { en: text, zh: text }
}

/** Four places, cut and not rounded: 0.79999 must not read as the 0.8 that was wanted. */
const cut = (value: number): number => Math.trunc(value * 10_000) / 10_000
