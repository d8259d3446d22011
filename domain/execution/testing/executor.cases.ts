import { expect, it } from 'vitest'
import type { Executor, JobVariable, Step, StepEnd, StopSignal, Workspace } from '../src/index.ts'
import { memoryBlobStore } from './memory-stores.ts'

export interface ExecutorUnderTest {
  executor: Executor
  /** Of the jobs; `null` where the executor wants none. */
  image: string | null
  /** Makes a folder that belongs to the jobs' user, with files and with links (`-> target`), by their paths. */
  readonly makeTree: (files: Readonly<Record<string, string>>) => Promise<string>
  /** A path beside it where nothing is. */
  readonly freePlace: () => string
  readonly decode: (bytes: Uint8Array) => string
  /** Content of a file of this machine; `null` where there is none. */
  readonly read: (path: string) => Promise<string | null>
}

const neverStopped: StopSignal = { aborted: false, reason: undefined, addEventListener: () => undefined }

interface Opened extends ExecutorUnderTest {
  workspace: Workspace
  /** Runs lines as a step. */
  readonly run: (
    lines: readonly string[],
    more?: Partial<Step> & { env?: Record<string, string> },
  ) => Promise<{ end: StepEnd; log: string }>
}

function stepOf(lines: readonly string[], more: Partial<Step>): Step {
  return { name: 'script', script: [...lines], timeoutMs: 60_000, when: 'on_success', allowFailure: false, ...more }
}

/** What every executor does for a job. Each case opens one workspace and removes it. */
export function executorCases(open: () => Promise<ExecutorUnderTest>): void {
  let ids = 0
  const withJob = async (use: (opened: Opened) => Promise<void>, variables: readonly JobVariable[] = []) => {
    const underTest = await open()
    const workspace = await underTest.executor.prepare({
      id: `case-${(ids += 1)}`,
      project: 'card',
      image: underTest.image === null ? null : { name: underTest.image, entrypoint: [] },
      services: [],
      readOnlyPaths: [],
      tools: { readOnlyPaths: [], env: {} },
      variables,
      onOutput: () => undefined,
      signal: neverStopped,
    })
    try {
      await use({
        ...underTest,
        workspace,
        run: async (lines, { env = {}, ...more } = {}) => {
          let log = ''
          const onOutput = (chunk: Uint8Array): void => void (log += underTest.decode(chunk))
          return { end: await workspace.start(stepOf(lines, more), onOutput, env).ended, log }
        },
      })
    } finally {
      await workspace.remove()
    }
    expect(await underTest.read(`${workspace.folder}/file`)).toBeNull()
  }

  it('runs lines in one shell and shows each before it runs', async () => {
    await withJob(async ({ run, workspace }) => {
      const { end, log } = await run(['A=1', 'echo "A is $A"', 'pwd; echo err >&2'])
      expect(end).toEqual({ outcome: 'success', exitCode: 0 })
      expect(log).toContain(`$ echo "A is $A"\u001B[0;m\nA is 1\n`)
      expect(log).toMatch(new RegExp(`\\n${workspace.pathInside}\\nerr\\n$`))
    })
  })

  it.each([
    ['at a line', ['(exit 7)', 'echo never'], 7],
    ['in a pipe', ['(exit 3) | true', 'echo never'], 3],
  ])('stops at the first failure, %s', async (_, lines, exitCode) => {
    await withJob(async ({ run }) => {
      const { end, log } = await run(lines)
      expect(end).toEqual({ outcome: 'failed', exitCode })
      expect(log).not.toContain('\nnever\n')
    })
  })

  it('gives the script an empty standard input', async () => {
    await withJob(async ({ run }) => {
      expect((await run(['echo "[$(cat)]"'])).log).toContain('\n[]\n')
    })
  })

  it('passes on what the job is promised and nothing of its own environment', async () => {
    const odd = `it's "odd"\n $(id) \\ ä`
    const variables = [
      { key: 'ODD', value: odd, masked: false, file: false },
      { key: 'PLACE', value: '$CI_PROJECT_DIR/x', masked: false, file: false },
      { key: 'KEY_FILE', value: 'content', masked: false, file: true },
    ]
    await withJob(async ({ run, workspace }) => {
      const shown = ['printf "%s|" "$ODD" "$PLACE" "$CI" "$CI_JOB_STATUS"', 'cat "$KEY_FILE"', 'env | grep -c ^VITEST']
      const { log } = await run(shown, { env: { CI_JOB_STATUS: "it's" } })
      expect(log).toContain(`${odd}|${workspace.pathInside}/x|true|it's|`)
      expect(log).toContain('content')
      expect(log).toMatch(/\n0\n$/)
    }, variables)
  })

  it('ends a step that takes too long, with all that it started', async () => {
    await withJob(async ({ run }) => {
      const { end } = await run(['sleep 300 & sleep 300'], { timeoutMs: 500 })
      expect(end).toEqual({ outcome: 'timeout' })
    })
  })

  it('ends a step with what it left in the background', async () => {
    await withJob(async ({ run }) => {
      const { end } = await run(['sleep 300 &', 'echo done'])
      expect(end).toEqual({ outcome: 'success', exitCode: 0 })
    })
  })

  it('lets a step that is stopped clean up, and runs another one after it', async () => {
    await withJob(async ({ workspace, run, decode }) => {
      const begun = Promise.withResolvers<void>()
      let log = ''
      const lines = ['trap "echo cleaned; exit 1" TERM', 'echo begun; sleep 300 & wait']
      const running = workspace.start(stepOf(lines, {}), (chunk) => {
        log += decode(chunk)
        if (log.includes('begun\n')) begun.resolve()
      })
      await Promise.race([begun.promise, running.ended])
      running.stop(10_000)
      expect(await running.ended).toEqual({ outcome: 'stopped' })
      expect(log).toContain('cleaned\n')
      expect((await run(['echo after'], { name: 'after_script' })).log).toContain('\nafter\n')
    })
  })

  it('puts a snapshot and trees beneath the job’s files, later ones over earlier ones, and changes none', async () => {
    await withJob(async ({ workspace, run, makeTree, read }) => {
      const snapshot = await makeTree({ file: 'snapshot', 'kept/old': 'snapshot', gone: 'x' })
      const tree = await makeTree({ 'made/a': 'tree' })
      await workspace.begin(snapshot)
      await workspace.underlay(tree)
      const { log, end } = await run(['cat file made/a', 'echo new >file; rm gone; mv kept moved; echo more >>made/a'])
      expect([log.includes('snapshottree'), end.outcome]).toEqual([true, 'success'])
      const { entries } = await workspace.collect({ paths: ['**/*'], exclude: [] }, memoryBlobStore())
      expect(entries.map(({ path }) => path)).toEqual(['file', 'made/a', 'moved/old'])
      expect([await read(`${snapshot}/file`), await read(`${snapshot}/gone`), await read(`${tree}/made/a`)]).toEqual([
        'snapshot',
        'x',
        'tree',
      ])
    })
  })

  it('keeps files between steps, and takes them out, whoever may not read them', async () => {
    await withJob(async ({ workspace, run, read, freePlace }) => {
      await run(['mkdir -p out/deep; echo mine >out/deep/file; chmod 600 out/deep/file; chmod 700 out/deep'])
      expect((await run(['cat out/deep/file'], { name: 'after_script' })).log).toContain('\nmine\n')
      const tree = freePlace()
      const selection = { paths: ['out'], exclude: [] }
      expect(await workspace.takeOut(selection, tree, { leave: false })).toBe('taken')
      expect(await read(`${tree}/out/deep/file`)).toBe('mine\n')
    })
  })

  it('collects nothing from behind a link that leads outside', async () => {
    await withJob(async ({ workspace, run }) => {
      await run(['ln -s /etc/passwd secret; ln -s /etc etc; ln -s file inside; echo x >file'])
      const { entries } = await workspace.collect({ paths: ['**/*', 'etc/passwd'], exclude: [] }, memoryBlobStore())
      expect(entries.map(({ path }) => path)).toEqual(['file', 'inside'])
    })
  })

  it('runs a program of ours in the workspace, after a step too', async () => {
    await withJob(async ({ workspace, run, decode }) => {
      await run(['echo written >file; chmod 600 file'])
      let output = ''
      const onOutput = (chunk: Uint8Array): void => void (output += decode(chunk))
      const command = ['/bin/sh', '-c', 'cat file; echo "$A"']
      const end = await workspace.startCommand(command, { timeoutMs: 20_000, env: { A: 'given' } }, onOutput).ended
      expect([end.outcome, output]).toEqual(['success', 'written\ngiven\n'])
    })
  })
}
