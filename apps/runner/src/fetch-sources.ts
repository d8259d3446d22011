import type { JobResponse } from '@sluice/contracts/runner'
import type { OnOutput, Workspace } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { backOff, wait, type Waits } from './waiting.ts'

const fetchLimitMs = 600_000
const attempts = 6

/** `$1` address, `$2` commit, `$3` depth or nothing, then refspecs. A server may have moved the ref on: then by commit. */
const script = `set -e
url=$1 commit=$2 depth=$3; shift 3
git init -q .
git remote remove origin 2>/dev/null || true
git remote add origin "$url"
git fetch -q --force --no-tags $depth origin "$@"
git cat-file -e "$commit^{commit}" 2>/dev/null || git fetch -q $depth origin "$commit" || git fetch -q --unshallow origin "$@"
git checkout -q --force --detach "$commit"
echo "Checking out $(git rev-parse --short=8 HEAD) as detached HEAD"`

/**
 * Gets the job's commit into the workspace, by git as the job's user inside the sandbox, before any line of the job.
 * @throws SluiceError `RUNNER_SOURCES` after several tries.
 */
export async function fetchSources(
  job: JobResponse,
  workspace: Workspace,
  { onOutput, waits, signal }: { onOutput: OnOutput; waits: Waits; signal: AbortSignal },
): Promise<void> {
  const variable = (name: string): string | undefined => job.variables.findLast(({ key }) => key === name)?.value
  if (['none', 'empty'].includes(variable('GIT_STRATEGY') ?? '')) return
  const { repo_url: url, sha, refspecs } = job.git_info
  const depth = Number(variable('GIT_DEPTH') ?? job.git_info.depth)
  const depthOption = Number.isInteger(depth) && depth > 0 ? `--depth=${depth}` : ''
  const command = ['/bin/sh', '-c', script, 'sh', url, sha, depthOption, ...refspecs]
  const retry = backOff({ ...waits, retryMs: waits.retryMs * 4, retryMaxMs: waits.retryMaxMs * 4 })
  let outcome = ''
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
    if (attempt > 1) await wait(retry.next(), signal)
    const running = workspace.startCommand(command, { timeoutMs: fetchLimitMs, env: gitEnvironment(job) }, onOutput)
    const stop = (): void => running.stop(0)
    signal.addEventListener('abort', stop)
    const end = await running.ended
    signal.removeEventListener('abort', stop)
    if (end.outcome === 'success') return
    outcome = end.outcome === 'system-failure' ? end.message : end.outcome
    if (end.outcome === 'system-failure') break
  }
  throw new SluiceError('RUNNER_SOURCES', `Cannot fetch commit "${sha}": git ended with ${outcome || 'stop'}`)
}

/**
 * No settings, hooks, prompts or helpers of anyone. The token is the job's own, which reads the sources and nothing else,
 * since git runs as the job's user where the job's processes could look: never the attempt's.
 */
function gitEnvironment(job: JobResponse): Record<string, string> {
  const token = job.variables.findLast(({ key }) => key === 'CI_JOB_TOKEN')?.value ?? ''
  const credentials = Buffer.from(`gitlab-ci-token:${token}`).toString('base64')
  const settings = [
    [`http.${job.git_info.repo_url}.extraHeader`, `Authorization: Basic ${credentials}`],
    ['http.followRedirects', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['init.templateDir', ''],
    ['init.defaultBranch', 'main'],
    ['credential.helper', ''],
    ['core.fsmonitor', 'false'],
    ['gc.auto', '0'],
    ['advice.detachedHead', 'false'],
  ] as const
  const env: Record<string, string> = {
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'http:https',
    GIT_CONFIG_COUNT: String(settings.length),
  }
  for (const [index, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key
    env[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return env
}
