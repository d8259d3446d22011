import { errorTable } from '@sluice/kernel'

/** Codes of `apps/server`. */
export const errors = errorTable({
  SERVER_CONFIG: {
    summary: 'The server’s configuration file is missing or has faults.',
    remedy: 'Start the platform with `./sluice up`, which writes it.',
  },
  SERVER_PORT_BUSY: {
    summary: 'The console’s port is taken by another program.',
    remedy: 'Stop that program, or choose another port with `--port`.',
  },
  PROJECT_UNKNOWN: {
    summary: 'There is no project of that slug.',
    remedy: 'Register it first; `./sluice status` lists the projects.',
  },
  PROJECT_EXISTS: {
    summary: 'A project of that slug is registered for another folder, which still exists.',
    remedy: 'Choose another slug, or use the data folder that belongs to this checkout.',
  },
  ENVIRONMENT_UNKNOWN: {
    summary: 'The project has no environment of that name.',
    remedy: 'Open the project’s page for its environments.',
  },
  ENVIRONMENT_NOT_STOPPABLE: {
    summary: 'Only what serves in an environment that the policy in force names no longer, and at rest, can be ended.',
    remedy: 'Take the environment out of sluice.yml and deliver that; cancel or await a deployment that is under way.',
  },
  RESOURCE_GROUP_UNKNOWN: {
    summary: 'No run of the project has named a resource group of that name.',
    remedy: 'Look the name up with `./sluice resource-groups`; a group is known once a run with a job of it has begun.',
  },
  RUN_UNKNOWN: { summary: 'There is no run of that id.', remedy: 'Open the project’s page for its runs.' },
  RUN_NOT_ACCEPTABLE: {
    summary: 'Producers can be accepted only while a gate is closed for nothing but changed reporting jobs.',
    remedy: 'Mend what else is not passing, or run the change again.',
  },
  RUN_JOB_NOT_MANUAL: {
    summary: 'Only a job that waits for a person can be started by one.',
    remedy: 'Wait until its needs have ended; to start an ended job again, run the change again.',
  },
  JOB_UNKNOWN: { summary: 'The run has no such job or attempt.', remedy: 'Open the run’s page for its jobs.' },
  PIPELINE_MISTAKES: {
    summary: 'The pipeline file of the change has mistakes.',
    remedy: 'Mend each one named; `./sluice lint` shows them before a push.',
  },
  POLICY_MISTAKES: {
    summary: 'The policy on the protected branch has mistakes.',
    remedy: 'Mend sluice.yml on the protected branch.',
  },
  REPORT_UNREADABLE: {
    summary: 'A report arrived that is no gzip, or was cut off on its way.',
    remedy: 'Run the job again; when it stays, look at the runner.',
  },
  REPORT_LOST: {
    summary: 'A report that was handed in is not in the blob store.',
    remedy: 'Look at the disk of the data folder, then run the change again.',
  },
  REPORT_CHECKED_IN: {
    summary: 'The change holds a file where a job writes a report, or a link that leads such a file elsewhere.',
    remedy: 'Remove it from the repository, and let .gitignore name the place of the report.',
  },
  RELEASE_MISSING_ARCHIVE: {
    summary: 'The job that makes the release handed in no archive.',
    remedy: 'Give the job `artifacts: paths` with the release folder.',
  },
})
