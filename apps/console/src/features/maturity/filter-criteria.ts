import type { CriterionState, MaturityView } from '@sluice/contracts/api'

export interface CriterionFilter {
  state: CriterionState | 'all'
  /** `null` for every level. */
  level: number | null
}

/** The domains with only the criteria that the filter lets through; what is left empty is left out. */
export function filterCriteria(domains: MaturityView['domains'], filter: CriterionFilter): MaturityView['domains'] {
  return domains.flatMap((domain) => {
    const items = domain.items.flatMap((item) => {
      const criteria = item.criteria.filter(
        (criterion) =>
          (filter.state === 'all' || criterion.state === filter.state) &&
          (filter.level === null || criterion.level === filter.level),
      )
      return criteria.length === 0 ? [] : [{ ...item, criteria }]
    })
    return items.length === 0 ? [] : [{ ...domain, items }]
  })
}
