import { routes, type ResourceGroupView } from '@sluice/contracts/api'
import type { ProcessMode } from '@sluice/contracts/resource-group'
import { SluiceError } from '@sluice/kernel'
import { connectPlatform } from '../api/connect-platform.ts'
import type { CliErrorCode } from '../errors.ts'
import { exitStatus } from '../exit-status.ts'
import { settingsInUse } from '../platform/settings.ts'
import { resourceGroupLines } from '../progress/resource-group-lines.ts'
import { cardProject } from './card-project.ts'

interface ResourceGroupOptions {
  data?: string
  project?: string
  /** The order that the group is to have from now on. */
  mode?: ProcessMode
}

/** `sluice resource-groups`: who holds the groups of a project and who is in line; with `--mode`, sets a group's order. */
export async function resourceGroups(group: string | undefined, options: ResourceGroupOptions): Promise<number> {
  const settings = await settingsInUse(options)
  if (settings === null)
    throw new SluiceError<CliErrorCode>(
      'CLI_NOT_RUNNING',
      'Cannot look up resource groups: nothing runs on this data folder; start it with "./sluice up"',
    )
  const { call } = connectPlatform(settings.serverSocket)
  const project = options.project ?? cardProject.slug
  const views = await (group !== undefined && options.mode !== undefined
    ? call(routes.configureResourceGroup, { parameters: { project, group }, body: { processMode: options.mode } }).then(
        (view) => [view],
      )
    : call(routes.listResourceGroups, { parameters: { project } }))
  for (const line of resourceGroupLines(named(views, group))) process.stdout.write(`${line}\n`)
  return exitStatus.ok
}

const named = (views: ResourceGroupView[], group: string | undefined): ResourceGroupView[] =>
  group === undefined ? views : views.filter(({ name }) => name === group)
