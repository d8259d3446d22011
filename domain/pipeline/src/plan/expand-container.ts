import type { PlanImage, PlanService } from '@sluice/contracts/plan'
import { expandTexts } from '../variables/expand-texts.ts'

/** Fills in the name and the executors' options, as GitLab does; entry point and command stay as written. */
export function expandContainer<T extends PlanImage | PlanService>(container: T, text: (value: string) => string): T {
  const { docker, kubernetes } = container
  return {
    ...container,
    name: text(container.name),
    ...(docker === undefined ? {} : { docker: expandTexts(docker, text) }),
    ...(kubernetes === undefined ? {} : { kubernetes: expandTexts(kubernetes, text) }),
  }
}

/** Also its own variables; its alias stays as written (GitLab's `services`). */
export function expandService(service: PlanService, text: (value: string) => string): PlanService {
  const variables = service.variables?.map((one) => (one.raw === true ? one : { ...one, value: text(one.value) }))
  return { ...expandContainer(service, text), ...(variables === undefined ? {} : { variables }) }
}
