import type { IsolatedSpec } from '@sluice/execution'
import { boundPath, checkSpec } from './check-spec.ts'
import { sandboxUser } from './isolated-users.ts'
import { sandboxEnvironment } from './sandbox-environment.ts'
import { layerOptions, mountPointFor, type MachineLayout, type SandboxMode } from './sandbox-script.ts'

/**
 * What spawner.pl needs to know of a sandbox, in its order: single fields first, then lists, each with its length before it.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function sandboxRequest(spec: IsolatedSpec, mode: SandboxMode, machine: MachineLayout): string[] {
  checkSpec(spec)
  const { name, number, home } = sandboxUser(spec.user)
  const single = [mountPointFor(spec, machine), String(number), name, home, spec.hostname ?? 'sandbox', spec.cwd]
  const bound = boundFields(spec, mode)
  const places = new Set(spec.writablePaths.map(({ to }) => to))
  const environment = sandboxEnvironment(spec).map(([key, value]) => `${key}=${value}`)
  return [
    ...single,
    machine.resolvConf ?? '',
    ...listOf(machine.systemFolders),
    ...listOf(machine.systemLinks),
    ...listOf(['/tmp', home].filter((path) => !places.has(path))),
    String(bound.length),
    ...bound.flat(),
    ...listOf(spec.command),
    ...listOf(environment),
  ]
}

const listOf = (items: readonly string[]): string[] => [String(items.length), ...items]

/** Outer places first: a place inside of another one must be bound after it. */
function boundFields(
  spec: IsolatedSpec,
  mode: SandboxMode,
): [kind: string, from: string, to: string, layers: string][] {
  const readOnly = spec.readOnlyPaths.map((path) => ({ ...boundPath(path), kind: 'read-only', layers: '' }))
  const writable = spec.writablePaths.map(({ from, to, layers }) => ({
    from,
    to,
    kind: layers === undefined ? 'writable' : 'layers',
    layers: layers === undefined ? '' : layerOptions(from, layers, mode),
  }))
  return [...readOnly, ...writable]
    .toSorted((a, b) => a.to.length - b.to.length)
    .map(({ kind, from, to, layers }) => [kind, from, to, layers])
}
