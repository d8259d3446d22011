/** Every address of the console: the pattern for the router and how to build it. */
export const paths = {
  home: { pattern: '/', to: () => '/' },
  signIn: { pattern: '/sign-in', to: () => '/sign-in' },
  project: { pattern: '/projects/:project', to: (project: string) => `/projects/${encodeURIComponent(project)}` },
  maturity: {
    pattern: '/projects/:project/maturity',
    to: (project: string) => `/projects/${encodeURIComponent(project)}/maturity`,
  },
  run: { pattern: '/runs/:run', to: (run: string) => `/runs/${encodeURIComponent(run)}` },
  /** One job on its run's page. */
  job: {
    pattern: '/runs/:run',
    to: (run: string, job: string) => `/runs/${encodeURIComponent(run)}?job=${encodeURIComponent(job)}`,
  },
  /** One piece of evidence on its run's page. */
  evidence: {
    pattern: '/runs/:run',
    to: (run: string, evidence: string) => `/runs/${encodeURIComponent(run)}#${evidenceAnchor(evidence)}`,
  },
} as const

/** The id of an element on the run's page that shows one piece of evidence. */
export function evidenceAnchor(evidenceId: string): string {
  return `evidence-${evidenceId.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`
}
