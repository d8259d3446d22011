import type { PlanService } from '@sluice/contracts/plan'
import type { JobResponse } from '@sluice/contracts/runner'
import type { JobContainers } from '@sluice/execution'

type Offered = NonNullable<JobResponse['image']>

/** The image and the services that the server's answer names, as executors take them. */
export function containersOf({ image, services = [] }: JobResponse): JobContainers {
  return {
    image: image === undefined ? null : { ...containerOf(image), entrypoint: image.entrypoint ?? [] },
    services: services.map(serviceOf),
  }
}

function serviceOf(service: Offered): PlanService {
  const { alias = null, command, variables, entrypoint } = service
  return {
    ...containerOf(service),
    alias,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(variables === undefined ? {} : { variables: variables.map(({ key, value }) => ({ key, value })) }),
  }
}

function containerOf({ name, pull_policy: pullPolicy, executor_opts: { docker } = {} }: Offered) {
  const { platform, user } = docker ?? {}
  const options = { ...(platform === undefined ? {} : { platform }), ...(user === undefined ? {} : { user }) }
  return {
    name,
    ...(pullPolicy === undefined ? {} : { pullPolicy }),
    ...(docker === undefined ? {} : { docker: options }),
  }
}
