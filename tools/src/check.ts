import { repositoryRoot } from './repository.ts'
import { steps, type Step } from './steps.ts'

/** Runs one step and prints its line, and below it what is wrong. @returns whether it passed. */
async function report(step: Step): Promise<boolean> {
  const startMs = performance.now()
  const seconds = (): string => `${((performance.now() - startMs) / 1000).toFixed(1)} s`
  try {
    const { looked, problems } = await step.run(repositoryRoot)
    const mark = problems.length === 0 ? '✓' : '✗'
    console.log([`${mark} ${step.name} (${looked}, ${seconds()})`, ...problems.map(indent)].join('\n'))
    return problems.length === 0
  } catch (error) {
    console.log(`✗ ${step.name} (${seconds()})\n${indent(error instanceof Error ? error.message : String(error))}`)
    return false
  }
}

const indent = (text: string): string => text.replaceAll(/^/gm, '    ')

/** Runs the steps two at a time: the programs behind them use threads of their own. */
async function runAll(queue: Step[]): Promise<string[]> {
  const failed: string[] = []
  const work = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      if (!(await report(step))) failed.push(step.name)
    }
  }
  await Promise.all([work(), work()])
  return failed
}

const failed = await runAll([...steps])
if (failed.length > 0) {
  console.log(`\n${failed.length} of ${steps.length} checks failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
