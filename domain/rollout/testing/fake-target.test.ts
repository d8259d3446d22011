import { sampleEnvironment } from './sample-rollout.ts'
import { FakePlace, FakeTarget } from './fake-target.ts'
import { targetCases } from './target.cases.ts'

targetCases('FakeTarget', async () => {
  const releases = { well: 'sha256:well', neverHealthy: 'sha256:ill', migrateFails: 'sha256:stuck' }
  const place = new FakePlace({ 'sha256:ill': { neverHealthy: true }, 'sha256:stuck': { migrateFails: true } })
  return {
    target: new FakeTarget(place),
    reopen: async () => new FakeTarget(place),
    releases,
    service: { environment: 'production', policy: sampleEnvironment('canary').target, secrets: {} },
    kill: async (instanceId) => place.kill(instanceId),
    migrations: async () => place.migrations,
    exercising: async (exerciseId) => place.exercises.has(exerciseId),
    close: async () => undefined,
  }
})
