import { onTestFinished, vi } from 'vitest'
import { runProgram } from '../src/program.ts'

/** Runs a command in this process; what it writes is kept from the terminal of the tests. */
export async function sluice(...args: string[]): Promise<{ status: number; output: string; errors: string }> {
  let output = ''
  let errors = ''
  // Where these tests run on a terminal, the commands would colour what they say.
  vi.stubEnv('NO_COLOR', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((output += String(text)), true))
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((errors += String(text)), true))
  onTestFinished(() => (out.mockRestore(), err.mockRestore()))
  const status = await runProgram(args)
  out.mockRestore()
  err.mockRestore()
  return { status, output, errors }
}
