import { expect, test } from 'vitest'
import { SimulatedDelivery, type DeliveryEnd } from './simulated-delivery.ts'

const seeds = Array.from({ length: 400 }, (_, index) => index + 1)
const ends: DeliveryEnd[] = seeds.map((seed) => new SimulatedDelivery(seed).run())

test('every delivery comes to its end, whatever went wrong on the way', () => {
  expect(ends).toHaveLength(seeds.length)
})

test('the same seed gives the same delivery', () => {
  expect(new SimulatedDelivery(7).run()).toEqual(ends[6])
})

test('nothing is deployed twice, and no role of a deployment runs under two ids', () => {
  for (const { world } of ends) {
    expect(new Set(world.begun).size).toBe(world.begun.length)
    expect(new Set(world.promoted).size).toBe(world.promoted.length)
    for (const ids of world.instances.values()) expect(ids.size).toBe(1)
  }
})

test('nothing is released, and so nothing deployed, unless its gate opened', () => {
  for (const { world, stored } of ends) {
    expect(world.releases).toBeLessThanOrEqual(1)
    if (world.releases > 0) expect([world.gate, stored.run.status]).toEqual(['open', 'success'])
    if (world.begun.length > 0) expect(world.releases).toBe(1)
  }
})

test('production is begun only after staging was promoted, and delivered means that production was', () => {
  for (const { world, stored } of ends) {
    if (world.begun.includes('production')) expect(world.promoted).toContain('staging')
    expect(stored.delivery.status === 'delivered').toBe(world.promoted.includes('production'))
  }
})

test('nothing is begun after a person asked to stop, and nothing is asked back that never began', () => {
  for (const { world } of ends) expect([world.begunAfterCancel, world.lostCancels]).toEqual([[], 0])
})

test('in the end one instance serves each environment, and runs as it was deployed, whatever died when', () => {
  for (const { world } of ends)
    for (const { name, serving, served, running } of world.environments) {
      expect(served).toEqual([serving.instanceId])
      expect(running).toEqual([serving])
      expect(serving.command).toBe(world.promoted.includes(name) ? 'new' : 'old')
    }
})

test('the seeds reach what they are for', () => {
  const count = (is: (end: DeliveryEnd) => boolean): number => ends.filter(is).length
  expect(count(({ world }) => world.crashes > 2)).toBeGreaterThan(20)
  expect(count(({ world }) => world.gate === 'closed')).toBeGreaterThan(10)
  expect(count(({ stored }) => stored.delivery.status === 'delivered')).toBeGreaterThan(20)
  expect(count(({ stored }) => stored.run.status === 'canceled')).toBeGreaterThan(5)
  expect(count(({ world }) => [...world.migrations.values()].some((times) => times > 1))).toBeGreaterThan(5)
  expect(count(({ world }) => world.canceledInQueue > 0)).toBeGreaterThan(5)
  const said = (text: string) => count(({ stored }) => stored.delivery.sentence.en.includes(text))
  expect(said('could not begin within 120 s: its port is taken')).toBeGreaterThan(5)
  expect(count(({ world }) => world.deaths > 0)).toBeGreaterThan(100)
  const kept = ({ world }: DeliveryEnd): boolean => world.environments.some(({ renewals }) => renewals > 0)
  expect(count(kept)).toBeGreaterThan(50)
  const abortedAfterStaging = ({ world, stored }: DeliveryEnd): boolean =>
    world.begun.includes('production') && stored.delivery.status === 'stopped'
  expect(count(abortedAfterStaging)).toBeGreaterThan(5)
})
