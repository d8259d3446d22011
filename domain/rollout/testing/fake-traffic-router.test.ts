import { FakeTrafficRouter } from './fake-traffic-router.ts'
import { trafficRouterCases } from './traffic-router.cases.ts'

trafficRouterCases('FakeTrafficRouter', async () => {
  const router = new FakeTrafficRouter()
  return { router, send: async (siteName) => router.send(siteName), ports: [1, 2], close: async () => undefined }
})
