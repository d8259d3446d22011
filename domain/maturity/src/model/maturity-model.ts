import { buildAndIntegration } from './build-and-integration.ts'
import { configurationManagement } from './configuration-management.ts'
import { dataManagement } from './data-management.ts'
import { deploymentAndRelease } from './deployment-and-release.ts'
import { environmentManagement } from './environment-management.ts'
import { measurementAndFeedback } from './measurement-and-feedback.ts'
import type { Criterion, Item, Sentence, SubDomain } from './model.ts'
import { testManagement } from './test-management.ts'

/** A level and its name. */
export interface Level {
  number: 1 | 2 | 3 | 4 | 5
  name: Sentence
}

/** The model as data. */
export interface MaturityModel {
  id: string
  /** Which edition of the demands our wording follows. */
  edition: string
  note: Sentence
  levels: Level[]
  domains: SubDomain[]
}

/**
 * Part 3, continuous delivery, of the R&D-operations capability model YD/T 3763. Names and clause letters follow the
 * published self-assessment form of 2019–2020; all sentences are our own. Nobody has certified anything here.
 */
export const maturityModel: MaturityModel = {
  id: 'ydt-3763.3',
  edition: 'self-assessment-form-2020',
  note: {
    en: 'Self-assessed against YD/T 3763.3, unofficial. The wording is our own, and no assessor has confirmed it.',
    zh: '依据 YD/T 3763.3 的非官方自评。条款表述为自行编写，未经任何评估机构确认。',
  },
  levels: [
    { number: 1, name: { en: 'Initial', zh: '初始级' } },
    { number: 2, name: { en: 'Foundation', zh: '基础级' } },
    { number: 3, name: { en: 'Comprehensive', zh: '全面级' } },
    { number: 4, name: { en: 'Excellent', zh: '优秀级' } },
    { number: 5, name: { en: 'Fabulous', zh: '卓越级' } },
  ],
  domains: [
    configurationManagement,
    buildAndIntegration,
    testManagement,
    deploymentAndRelease,
    environmentManagement,
    dataManagement,
    measurementAndFeedback,
  ],
}

/** All 49 items, in the model's order. */
export const allItems: Item[] = maturityModel.domains.flatMap(({ items }) => items)

/** All 291 criteria, in the model's order. */
export const allCriteria: Criterion[] = allItems.flatMap(({ criteria }) => criteria)
