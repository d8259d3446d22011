import type { Plan, PlanJob } from '@sluice/contracts/plan'

/** A planned job with everything at its default, for tests. */
export function jobOf(name: string, stage: string, more: Partial<PlanJob> = {}): PlanJob {
  return {
    name,
    stage,
    needs: null,
    dependencies: null,
    beforeScript: [],
    script: ['true'],
    afterScript: [],
    variables: [],
    when: 'on_success',
    startInMs: null,
    allowFailure: false,
    retry: { max: 0, when: [], exitCodes: [] },
    timeoutMs: 3_600_000,
    interruptible: false,
    resourceGroup: null,
    tags: [],
    image: null,
    services: [],
    environment: null,
    coverage: null,
    artifacts: null,
    cache: [],
    definitionDigest: `sha256:${name}`,
    reasons: [{ kind: 'no-rules', text: 'no rules: in by default' }],
    ...more,
  }
}

/** A planned job that begins a child, of which there is no plan. */
export function childJobOf(
  name: string,
  stage: string,
  strategy: 'depend' | 'mirror' | null,
  more: Partial<PlanJob> = {},
): PlanJob {
  const place = { path: '.gitlab-ci.yml', line: 1, column: 1 }
  const target = { kind: 'child', include: 'child.yml', place } as const
  const forwarded = { forwardsPipelineVariables: false, variables: [] }
  const downstream = { ...(strategy === null ? {} : { strategy }), ...forwarded, target }
  return jobOf(name, stage, { script: [], downstream, ...more })
}

/** A plan of these jobs; stages in the order in which they first appear. */
export function planOf(jobs: PlanJob[]): Plan {
  return {
    version: 1,
    project: 'card',
    trigger: {
      source: 'push',
      ref: 'main',
      refType: 'branch',
      commit: 'a'.repeat(40),
      beforeCommit: '0'.repeat(40),
      defaultBranch: 'main',
    },
    stages: [...new Set(jobs.map(({ stage }) => stage))],
    jobs,
    excluded: [],
    warnings: [],
  }
}

/** `needs: [names]`. */
export function needs(...names: string[]): PlanJob['needs'] {
  return names.map((job) => ({ job, artifacts: true, optional: false }))
}
