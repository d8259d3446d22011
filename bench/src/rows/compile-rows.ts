import { makeCheckouts, type Files } from '../repository.ts'
import type { Row } from '../row.ts'
import { benchProgram, node, sluice } from '../tools.ts'

const secondsIn = (output: string): number => Number(/took (\d+(?:\.\d+)?) ms/.exec(output)?.[1]) / 1000

/** 50 jobs of 200 each, the most that GitLab lets one matrix make. */
function matrixYaml(): string {
  const values = (count: number): string => Array.from({ length: count }, (_, index) => `"${index}"`).join(', ')
  return Array.from(
    { length: 50 },
    (_, index) =>
      `job-${index}:\n  script: ["true"]\n  parallel:\n    matrix:\n      - A: [${values(20)}]\n        B: [${values(10)}]\n`,
  ).join('\n')
}

const matrix: Row = {
  name: 'matrix-10000',
  title: '10,000 jobs by matrix compiled and printed as JSON; floor: the YAML parsed, in a process that has loaded all',
  reach: [{ kind: 'seconds', atMost: 2 }],
  async prepare(folder) {
    const { ours } = await makeCheckouts(folder, { '.gitlab-ci.yml': matrixYaml() })
    return {
      floor: { command: [node, benchProgram('compile-folder.ts'), 'parse', ours], cwd: ours, secondsIn },
      ours: { command: [sluice, 'plan', '--json'], cwd: ours },
    }
  },
}

function includeFiles(): Files {
  const files: Record<string, string> = {}
  const paths = Array.from({ length: 100 }, (_, index) => `ci/part-${index}.yml`)
  for (const [index, path] of paths.entries())
    files[path] = Array.from({ length: 5 }, (_, job) => includedJob(`part-${index}-${job}`)).join('\n')
  files['.gitlab-ci.yml'] = `include:\n${paths.map((path) => `  - local: ${path}\n`).join('')}`
  return files
}

const includedJob = (name: string): string => `.${name}-base:
  variables: { NAME: "${name}", MODE: fast }
  before_script:
    - echo "before $NAME"
${name}:
  extends: .${name}-base
  stage: test
  script:
    - echo "one of $NAME"
    - |
      for i in 1 2 3; do
        echo "$i"
      done
  rules:
    - if: '$CI_COMMIT_BRANCH == "main" && $MODE != "slow"'
    - when: manual
  artifacts:
    paths: [out/]
`

const includes: Row = {
  name: 'includes-100',
  title: '100 included files of 5 jobs compiled in a process that has loaded all; floor: their YAML parsed there',
  reach: [{ kind: 'times', of: 'floor', atMost: 3 }],
  async prepare(folder) {
    const { ours } = await makeCheckouts(folder, includeFiles())
    const program = benchProgram('compile-folder.ts')
    return {
      floor: { command: [node, program, 'parse', ours], cwd: ours, secondsIn },
      ours: { command: [node, program, 'compile', ours], cwd: ours, secondsIn },
    }
  },
}

const includesPlanned: Row = {
  name: 'includes-plan',
  title: 'the same 100 files by "sluice plan", from its start to its end; floor: Node starts and ends',
  reach: [],
  async prepare(folder) {
    const { ours } = await makeCheckouts(folder, includeFiles())
    return {
      floor: { command: [node, '-e', '0'], cwd: ours },
      ours: { command: [sluice, 'plan', '--json'], cwd: ours },
    }
  },
}

export const compileRows: readonly Row[] = [matrix, includes, includesPlanned]
