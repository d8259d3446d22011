import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { stepScript, type StepShell } from './step-script.ts'

const runIn = (shell: string, kind: StepShell, lines: string[], variables = {}) => {
  const { stdout, stderr, status } = spawnSync(shell, ['-s'], {
    input: stepScript(lines, kind, variables),
    env: {},
    encoding: 'utf8',
  })
  return { output: `${stdout}${stderr}`, status }
}

it.each([
  ['/bin/bash', 'bash'],
  ['/bin/bash', 'any'],
  ['/bin/sh', 'any'],
] as const)('stepScript() shows each line in %s (for %s), and stops at the first failure', (shell, kind) => {
  const { output, status } = runIn(shell, kind, ["A='it is'", 'echo "$A, $B"\necho two', '(exit 3)', 'echo never'], {
    B: "it's",
  })
  expect(output).toContain("$ A='it is'\u001B[0;m\n")
  expect(output).toContain(`$ echo "$A, $B" # collapsed multi-line command\u001B[0;m\nit is, it's\ntwo\n`)
  expect([output.includes('never'), status]).toEqual([false, 3])
})

it('stepScript() fails a pipe whose beginning fails, in bash', () => {
  expect(runIn('/bin/bash', 'any', ['false | true']).status).toBe(1)
})
