import type { RunView } from './run-view.ts'

/** The view of a child: its jobs have the name of the job before them that began it, `job/child-job`. */
export function prefixedView(view: RunView, prefix: string): RunView {
  const named = (job: string): string => `${prefix}/${job}`
  return {
    add: (jobs) => view.add(jobs.map(named)),
    wait: (job, resourceGroup) => view.wait(named(job), resourceGroup),
    begin: (job, attempt) => view.begin(named(job), attempt),
    write: (job, chunk) => view.write(named(job), chunk),
    end: (job, end) => view.end(named(job), end),
    note: (text) => view.note(text),
    close: () => view.close(),
  }
}
