import { expect, it } from 'vitest'
import { preGetSourcesStep, stepsOf } from './steps-of.ts'

const job = { beforeScript: [], script: [], afterScript: [], timeoutMs: 1000 }

it('stepsOf() makes the script of the steps of run, each a shell of its own', () => {
  const run = [
    { name: 'one', script: ['make', 'make test'], env: { LEVEL: "it's 3" } },
    { name: 'two', script: ['echo'], env: {} },
  ]
  const [script] = stepsOf({ ...job, run })
  expect(script?.script).toEqual([
    String.raw`: step 'one'` + "\n(\nexport LEVEL='it'\\''s 3'\nmake\nmake test\n)",
    ": step 'two'\n(\necho\n)",
  ])
})

it('preGetSourcesStep() is a step of its own, or none', () => {
  expect(preGetSourcesStep(['echo'], 1000)).toEqual({
    name: 'pre_get_sources_script',
    script: ['echo'],
    timeoutMs: 1000,
    when: 'on_success',
    allowFailure: false,
  })
  expect(preGetSourcesStep([], 1000)).toBeNull()
})
