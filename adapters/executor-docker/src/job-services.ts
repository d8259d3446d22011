import type { PlanService } from '@sluice/contracts/plan'
import { serviceAliases } from '@sluice/execution'
import { awaitService, inspectService, type ServiceWait } from './await-service.ts'
import { logTail } from './log-tail.ts'
import type { ImageFacts } from './image-request.ts'
import { startService, type Service, type ServiceRequest } from './service.ts'

export interface ServicesRequest
  extends Omit<ServiceRequest, 'service' | 'image' | 'aliases'>, Omit<ServiceWait, 'engine' | 'signal'> {
  services: readonly { service: PlanService; image: ImageFacts }[]
  say: (text: string) => Promise<void>
}

/**
 * Starts the services of a job and waits until they can be used. One that does not come up is told of in the log with the end
 * of its own, and the job begins all the same, as in GitLab.
 */
export async function startServices(request: ServicesRequest): Promise<Service[]> {
  const { services, say, limitMs } = request
  const started: Service[] = []
  const taken = new Set<string>()
  for (const { service, image } of services) {
    const aliases = serviceAliases(service).filter((alias) => !taken.has(alias))
    for (const alias of aliases) taken.add(alias)
    if (aliases.length === 0) await say(`WARNING: service ${service.name} is there already: give another one an alias`)
    else {
      await say(`Starting service ${service.name} as ${aliases.join(', ')} ...`)
      started.push(await startService({ ...request, service, image, aliases }))
    }
  }
  if (started.length > 0) await say(`Waiting for services to be up and running (${limitMs / 1000} seconds at most) ...`)
  const faults = await Promise.all(started.map(async (service) => awaitService(service, request)))
  for (const [index, fault] of faults.entries()) {
    const service = started[index]
    if (service !== undefined && fault !== null) await tell(request, service, fault)
  }
  return started
}

/** Tells of services that have ended meanwhile: after a script that failed, often the cause. */
export async function tellEnded(
  request: Pick<ServicesRequest, 'engine' | 'say'>,
  services: readonly Service[],
): Promise<void> {
  for (const service of services) {
    const { State: state } = await inspectService(request.engine, service)
    if (!state.Running) await tell(request, service, `it ended with exit code ${state.ExitCode}`)
  }
}

async function tell({ engine, say }: Pick<ServicesRequest, 'engine' | 'say'>, service: Service, fault: string) {
  const tail = await logTail(engine, service)
  await say(`WARNING: service ${service.name} cannot be used: ${fault}; the end of its log:\n${tail}`)
}
