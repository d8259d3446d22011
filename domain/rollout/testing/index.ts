export { FakeTrafficRouter } from './fake-traffic-router.ts'
export { trafficRouterCases, type TrafficRouterSubject } from './traffic-router.cases.ts'
