import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const pipeline = `stages: [build, test]
package:
  stage: build
  script: [./package]
  artifacts: { paths: [release/] }
unit-test:
  stage: test
  script: [./test]
  retry: { max: 1, when: script_failure }
`

/** `minRequests` of the canary in production: how long a step takes. */
const policyWith = (minRequests: number): string => `version: 1
reports:
  - { name: tests, job: unit-test, path: reports/junit.xml, format: junit }
gates:
  - name: quality
    after: test
    rules:
      - name: tests-pass
        expr: tests.total > 0 && tests.failed == 0
        requires: [tests]
        message: { en: Every test must pass., zh: 所有测试必须通过。 }
release: { job: package, path: release }
environments:
  - name: staging
    tier: staging
    target:
      kind: process
      command: [node, server.js]
      health: { path: /health, timeoutMs: 10000 }
    strategy: { kind: recreate }
  - name: production
    tier: production
    target:
      kind: process
      command: [node, server.js]
      exercise: [node, exercise.js]
      health: { path: /health, timeoutMs: 10000 }
    strategy:
      kind: canary
      steps: [50, 100]
      analysis: { minRequests: ${minRequests}, timeoutMs: 30000, minLatencyDifferenceMs: 1000 }
`

const policy = policyWith(20)

/** The files of a small project: its pipeline and policy. */
export const projectFiles: Record<string, string> = { '.gitlab-ci.yml': pipeline, 'sluice.yml': policy }

/** The same, with a canary that waits for more requests than will come. */
export const patientFiles = { ...projectFiles, 'sluice.yml': policyWith(1_000_000) }

/** The same, without a canary: for what is not about rollouts. */
export const recreateFiles: Record<string, string> = {
  ...projectFiles,
  'sluice.yml': policy.replace(/kind: canary[^]*/, 'kind: recreate\n'),
}

/** The same, without environments: a delivery ends with the release. */
export const bareFiles: Record<string, string> = {
  ...projectFiles,
  'sluice.yml': policy.slice(0, policy.indexOf('environments:')),
}

export interface ServiceOptions {
  version: string
  /** Every so many requests one fails; 0: none. */
  failEvery?: number
}

/** A release: a service without dependencies, and the program that sends it requests. */
export function releaseFiles({ version, failEvery = 0 }: ServiceOptions): Record<string, string> {
  return {
    'release/server.js': `const { createServer } = require('node:http')
let count = 0
createServer((request, response) => {
  if (request.url !== '/health' && ${failEvery} > 0 && ++count % ${failEvery} === 0) response.statusCode = 500
  response.end(${JSON.stringify(version)})
}).listen(Number(process.env.PORT), process.env.HOST)
`,
    'release/exercise.js': `const { get, Agent } = require('node:http')
const agent = new Agent({ keepAlive: true })
const again = () => setTimeout(send, 5)
function send() {
  get(process.env.TARGET_URL, { agent }, (response) => response.resume().on('end', again)).on('error', again)
}
for (let index = 0; index < 4; index++) send()
`,
  }
}

/** A JUnit report of two tests, of which some fail. */
export function junit(failed: number): string {
  const cases = [0, 1].map((index) =>
    index < failed
      ? `<testcase name="t${index}" classname="c"><failure message="no"/></testcase>`
      : `<testcase name="t${index}" classname="c"/>`,
  )
  return `<testsuites><testsuite name="s" tests="2" failures="${failed}">${cases.join('')}</testsuite></testsuites>`
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
