import { expect, it } from 'vitest'
import type { BoundPath, IsolatedSpec, Isolation } from '../src/index.ts'

export interface IsolationUnderTest {
  isolation: Isolation
  /** A folder of this machine that belongs to the isolated user, and where to bind it. */
  workspace: BoundPath
  /** Starts a command as the port says and waits for its end. */
  readonly run: (spec: IsolatedSpec) => Promise<{ code: number | null; output: string }>
}

/** What every isolation does, whatever its level. */
export function isolationCases(open: () => Promise<IsolationUnderTest>): void {
  const runIn = async (
    { isolation, workspace, run }: IsolationUnderTest,
    script: string,
    env: Record<string, string> = {},
  ) =>
    run({
      command: ['/bin/sh', '-c', script],
      cwd: isolation.inside(workspace),
      env,
      readOnlyPaths: [],
      writablePaths: [workspace],
      network: true,
      user: 'job',
    })

  it('passes output and exit status on', async () => {
    expect(await runIn(await open(), 'echo out; exit 7')).toEqual({ code: 7, output: 'out\n' })
  })

  it('starts in the folder asked for, which is writable and stays', async () => {
    const opened = await open()
    await runIn(opened, 'echo kept >kept')
    expect(await runIn(opened, 'pwd; cat kept')).toEqual({
      code: 0,
      output: `${opened.isolation.inside(opened.workspace)}\nkept\n`,
    })
  })

  it('passes any value of a variable on and nothing of its own environment', async () => {
    const value = `it's "odd"\n $(id) \\ ä`
    const { output } = await runIn(await open(), 'printf "%s" "$ODD"; env | grep -c VITEST', { ODD: value })
    expect(output).toBe(`${value}0\n`)
  })

  it('gives the command an empty standard input', async () => {
    expect((await runIn(await open(), 'cat | wc -c')).output.trim()).toBe('0')
  })

  it('refuses what it cannot pass on', async () => {
    await expect(runIn(await open(), 'true', { 'A;id': 'x' })).rejects.toMatchObject({
      code: 'EXECUTION_ISOLATION_SPEC',
    })
  })
}
