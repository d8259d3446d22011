import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { rememberTrial } from './remember-trial.ts'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-trial-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Answers in turn; a trial beyond these is one too many. */
function trials(...answers: boolean[]): () => Promise<boolean> {
  return async () => {
    const answer = answers.shift()
    if (answer === undefined) throw new Error('tried once more')
    return answer
  }
}

test('what worked is not tried again, what did not is', async () => {
  const folder = place()
  const trial = trials(false, true)
  const found = []
  for (let time = 0; time < 3; time += 1)
    found.push(await rememberTrial(join(folder, 'trials'), folder, plainIsolation(), trial))
  expect(found).toEqual([false, true, true])
  expect(readdirSync(folder)).toEqual(['trials'])
})

test('what cannot be noted, or is noted by several at once, is still known', async () => {
  const folder = place()
  const file = join(folder, 'trials')
  const trial = async () => rememberTrial(file, folder, plainIsolation(), trials(true))
  expect(await Promise.all([trial(), trial(), trial()])).toEqual([true, true, true])
  rmSync(file)
  mkdirSync(file)
  expect(await trial()).toBe(true)
})
