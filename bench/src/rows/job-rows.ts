import { makeCheckouts } from '../repository.ts'
import type { Row } from '../row.ts'
import { node, peer, sluice } from '../tools.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** `count` jobs of one script line each. */
function jobsYaml(count: number, line: string, more: (number: number) => string = () => ''): string {
  return numbers(count)
    .map((number) => `job-${number}:\n  script:\n    - ${line}\n${more(number)}`)
    .join('\n')
}

function oneJob(): Row {
  return {
    name: 'one-job',
    title: 'one job "echo hi"; floor: Node starts and ends',
    reach: [
      { kind: 'times', of: 'peer', atMost: 0.2 },
      { kind: 'peak', atMostMb: 75 },
    ],
    async prepare(folder) {
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': jobsYaml(1, 'echo hi') })
      return {
        floor: { command: [node, '-e', '0'], cwd: ours },
        ours: { command: [sluice, 'run'], cwd: ours },
        peer: { command: peer, cwd: theirs },
      }
    },
  }
}

function independentJobs(count: number, atMost: number): Row {
  return {
    name: `jobs-${count}`,
    title: `${count} jobs "true"; floor: xargs -P2`,
    reach: [{ kind: 'times', of: 'peer', atMost }],
    async prepare(folder) {
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': jobsYaml(count, '"true"') })
      return {
        floor: { command: ['sh', '-c', `seq ${count} | xargs -P2 -I{} sh -c true`], cwd: ours },
        ours: { command: [sluice, 'run'], cwd: ours },
        peer: { command: peer, cwd: theirs },
      }
    },
  }
}

function sleepingJobs(): Row {
  return {
    name: 'sleep-50',
    title: '50 jobs "sleep 1", no limit; floor: xargs -P50',
    reach: [{ kind: 'seconds', atMost: 1.25 }],
    async prepare(folder) {
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': jobsYaml(50, 'sleep 1') })
      return {
        floor: { command: ['sh', '-c', 'seq 50 | xargs -P50 -I{} sleep 1'], cwd: ours },
        ours: { command: [sluice, 'run', '--concurrency', '50'], cwd: ours },
        peer: { command: peer, cwd: theirs },
      }
    },
  }
}

function stages(count: number, seconds: number): Row {
  return {
    name: `stages-${count}`,
    title: `${count} stages in a chain, one job "true" each; floor: one shell after the other`,
    reach: [{ kind: 'seconds', atMost: seconds }],
    async prepare(folder) {
      const names = numbers(count).map((number) => `s${number}`)
      const yaml = `stages: [${names.join(', ')}]\n${jobsYaml(count, '"true"', (number) => `  stage: s${number}\n`)}`
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': yaml })
      const floor = { command: ['sh', '-c', `for i in $(seq ${count}); do sh -c true; done`], cwd: ours }
      const mine = { command: [sluice, 'run'], cwd: ours }
      // The peer's time doubles with every stage: 20 take a minute, 40 the rest of a life.
      return count > 20
        ? { floor, ours: mine }
        : { floor, ours: mine, peer: { command: peer, cwd: theirs, runsMax: 1 } }
    },
  }
}

const lanesYaml = `stages: [build, test]
short-build:
  stage: build
  script: [sleep 1]
long-build:
  stage: build
  script: [sleep 5]
short-test:
  stage: test
  needs: [short-build]
  script: ['echo "lane at $(date +%s.%N)"']
long-test:
  stage: test
  needs: [long-build]
  script: ["true"]
`

function lanes(): Row {
  return {
    name: 'lanes',
    title: 'two lanes by needs, builds of 1 s and 5 s: when the test of the short lane starts; floor: sleep 1',
    reach: [{ kind: 'seconds', atMost: 1.25 }],
    async prepare(folder) {
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': lanesYaml })
      const secondsIn = (output: string, startedAtS: number): number =>
        Number(/lane at (\d+\.\d+)/.exec(output)?.[1]) - startedAtS
      return {
        floor: { command: ['sleep', '1'], cwd: ours, runsMax: 2 },
        ours: { command: [sluice, 'run'], cwd: ours, secondsIn, runsMax: 2 },
        peer: { command: peer, cwd: theirs, secondsIn, runsMax: 2 },
      }
    },
  }
}

function longLog(lines: number, isMeasuredBesidePeer: boolean): Row {
  const line = 'a line of a log that is sixty bytes long without its break.'
  const script = `(yes "${line}" || true) | head -n ${lines}`
  return {
    name: `log-${lines}`,
    title: `a job that prints ${lines} lines of 60 bytes; floor: tee to a file`,
    reach: [
      { kind: 'times', of: 'floor', atMost: 2 },
      { kind: 'peak', atMostMb: 110 },
    ],
    async prepare(folder) {
      const yaml = `print:\n  script:\n    - '${script}'\n`
      const { ours, peer: theirs } = await makeCheckouts(folder, { '.gitlab-ci.yml': yaml })
      return {
        floor: { command: ['bash', '-c', `{ ${script}; } | tee '${folder}/log'`], cwd: ours },
        ours: { command: [sluice, 'run'], cwd: ours },
        ...(isMeasuredBesidePeer ? { peer: { command: peer, cwd: theirs, runsMax: 1 } } : {}),
      }
    },
  }
}

export const jobRows: readonly Row[] = [
  oneJob(),
  independentJobs(10, 0.25),
  independentJobs(50, 0.3),
  independentJobs(200, 0.4),
  sleepingJobs(),
  stages(20, 0.25),
  stages(80, 1),
  lanes(),
  longLog(1_000_000, true),
  longLog(4_000_000, false),
]
