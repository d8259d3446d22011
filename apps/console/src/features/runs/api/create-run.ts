import { routes } from '@sluice/contracts/api'
import { call } from '../../../shared/lib/client.ts'

/** Runs the pipeline of a ref at its newest commit. */
export function createRun(project: string, ref: string, deliver: boolean) {
  return call(routes.createRun, { parameters: { project }, body: { ref, deliver } })
}
