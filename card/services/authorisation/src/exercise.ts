import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createCustomers } from './exercise/customers.ts'
import { runOpenLoop, type Ticks } from './exercise/open-loop.ts'
import { createSender } from './exercise/send.ts'
import { createTally } from './exercise/tally.ts'
import { processLog } from './log.ts'

const requestsPerSecond = 80
const maxInFlight = 8

const ticks: Ticks = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined),
}

/** Sends real requests to `TARGET_URL` until SIGTERM or SIGINT, then prints one line that sums up. */
async function main(): Promise<void> {
  const target = new URL(process.env['TARGET_URL'] ?? '')
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  process.once('SIGINT', () => stop.abort())
  const customers = createCustomers(Math.random, randomUUID)
  const sender = createSender(target, maxInFlight)
  const tally = createTally()
  const send = async (): Promise<void> => {
    const call = customers.next()
    const outcome = await sender.send(call)
    customers.learn(call, outcome)
    tally.add(outcome)
  }
  processLog('exercise-started', { requestsPerSecond, maxInFlight })
  await runOpenLoop({
    rate: requestsPerSecond,
    maxInFlight,
    send,
    holdBack: tally.holdBack,
    signal: stop.signal,
    ticks,
  })
  sender.close()
  processLog('exercise-ended', { ...tally.summary() })
}

main().catch((error: unknown) => {
  processLog('exercise-failed', { fault: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
})
