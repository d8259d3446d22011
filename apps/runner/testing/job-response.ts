import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JobResponse } from '@sluice/contracts/runner'

type Overrides = Partial<Omit<JobResponse, 'steps'>> & { script?: string[]; afterScript?: string[]; timeoutS?: number }

/** A job as the server would hand it out. */
export function jobResponseFor(
  url: string,
  commit: string,
  { script = ['true'], afterScript, timeoutS = 60, ...more }: Overrides = {},
): JobResponse {
  const id = more.id ?? 1
  const step = { name: 'script' as const, script, timeout: timeoutS, when: 'on_success' as const, allow_failure: false }
  const after = {
    name: 'after_script' as const,
    script: afterScript ?? [],
    timeout: 300,
    when: 'always' as const,
    allow_failure: true,
  }
  return {
    id,
    token: `job-token-${id}-abcdef`,
    allow_git_fetch: true,
    job_info: { id, name: 'test', stage: 'test', project_id: 7, project_name: 'card' },
    git_info: {
      repo_url: `${url}/git/project.git`,
      ref: 'main',
      sha: commit,
      before_sha: '0'.repeat(40),
      ref_type: 'branch',
      refspecs: ['+refs/heads/main:refs/remotes/origin/main'],
      depth: 20,
    },
    runner_info: { timeout: timeoutS },
    steps: afterScript === undefined ? [step] : [step, after],
    artifacts: null,
    cache: null,
    dependencies: null,
    features: { trace_sections: true },
    ...more,
    variables: [
      ...(more.variables ?? []),
      { key: 'CI_JOB_TOKEN', value: `sources-token-${id}`, public: false, masked: true, file: false, raw: false },
    ],
  }
}

/** A bare repository with one commit of these files on `main`. */
export function makeRepository(folder: string, files: Record<string, string>): { repository: string; commit: string } {
  const [work, repository] = [join(folder, 'work'), join(folder, 'project.git')]
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', work, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), content)
  }
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'feat: first')
  git('clone', '-q', '--bare', work, repository)
  return { repository, commit: git('rev-parse', 'HEAD') }
}
