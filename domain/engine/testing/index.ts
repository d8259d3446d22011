export { journalCases } from './journal.cases.ts'
export { childJobOf, jobOf, needs, planOf } from './plan-of.ts'
