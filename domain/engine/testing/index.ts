export { journalCases } from './journal.cases.ts'
export { jobOf, needs, planOf } from './plan-of.ts'
