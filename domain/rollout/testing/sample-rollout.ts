import { environmentPolicy, type EnvironmentPolicy } from '@sluice/contracts/policy'
import type { RolloutInput } from '../src/index.ts'

export function sampleEnvironment(kind: 'canary' | 'recreate', migrate = true): EnvironmentPolicy {
  return environmentPolicy.parse({
    name: 'production',
    tier: 'production',
    target: {
      kind: 'process',
      command: ['node', 'server.js'],
      health: { path: '/health', timeoutMs: 5000 },
      exercise: ['node', 'exercise.js'],
      ...(migrate ? { migrate: ['node', 'migrate.js'] } : {}),
    },
    strategy: kind === 'canary' ? { kind, steps: [10, 50, 100] } : { kind },
  })
}

export function sampleRollout(change: Partial<RolloutInput> = {}): RolloutInput {
  return {
    deploymentId: 'd2',
    environment: sampleEnvironment('canary'),
    release: { id: 'r2', version: '2', digest: 'sha256:two' },
    previous: {
      id: 'r1',
      version: '1',
      digest: 'sha256:one',
      instanceId: 'd1.candidate',
      environment: sampleEnvironment('canary'),
    },
    site: { name: 'card-production', port: 0, generation: 7 },
    ...change,
  }
}
