import { errorTable } from '@sluice/kernel'

/** Every mistake that compiling a pipeline can find. */
export const errors = errorTable({
  PIPELINE_FILE_MISSING: {
    summary: 'A pipeline file does not exist in the repository.',
    remedy: 'Add the file, or correct the path; paths are counted from the root of the repository.',
  },
  PIPELINE_FILE_TOO_LARGE: {
    summary: 'A pipeline file is larger than 1 MiB.',
    remedy: 'Split the file with include, or move generated parts out of it.',
  },
  PIPELINE_YAML: {
    summary: 'A pipeline file is not well-formed YAML.',
    remedy: 'Correct the YAML at the place that the message names.',
  },
  PIPELINE_DUPLICATE_KEY: {
    summary: 'A map has the same key twice.',
    remedy: 'Remove one of the two; merge the values by hand or with extends.',
  },
  PIPELINE_TOO_DEEP: {
    summary: 'YAML is nested more than 100 levels deep.',
    remedy: 'Flatten the structure.',
  },
  PIPELINE_TOO_BIG: {
    summary: 'A pipeline grows past its limit once aliases, extends and references are filled in.',
    remedy: 'Repeat less: aliases of aliases multiply.',
  },
  PIPELINE_UNKNOWN_ALIAS: {
    summary: 'A YAML alias names no anchor above it in the same file.',
    remedy: 'Define the anchor above the alias; anchors do not cross files, use extends or !reference for that.',
  },
  PIPELINE_UNKNOWN_TAG: {
    summary: 'A YAML tag is not one that pipelines have.',
    remedy: 'Remove the tag. The tag of pipelines is !reference.',
  },
  PIPELINE_WRONG_TYPE: {
    summary: 'A keyword has a value of the wrong type.',
    remedy: 'Write the type that the message names.',
  },
  PIPELINE_WRONG_VALUE: {
    summary: 'A keyword has a value that it does not take.',
    remedy: 'Write one of the values that the message names.',
  },
  PIPELINE_UNKNOWN_KEYWORD: {
    summary: 'A keyword does not exist.',
    remedy: 'Correct the spelling, or remove it.',
  },
  PIPELINE_UNSUPPORTED: {
    summary: 'A keyword of GitLab is not supported yet.',
    remedy: 'Leave it out, or say the same with the keywords that are supported.',
  },
  PIPELINE_INCLUDE_CYCLE: {
    summary: 'A file includes itself, directly or through others.',
    remedy: 'Break the circle that the message names.',
  },
  PIPELINE_INCLUDE_LIMIT: {
    summary: 'A pipeline includes more than 150 files.',
    remedy: 'Include fewer files.',
  },
  PIPELINE_INCLUDE_FAILED: {
    summary: 'A file that is included from elsewhere cannot be had.',
    remedy: 'Do what the message names: correct the project, ref, version or address, or make it reachable.',
  },
  PIPELINE_INCLUDE_INTEGRITY: {
    summary: 'A remote file is not the one that integrity names.',
    remedy: 'Look at what changed in the file, then write the digest that the message names.',
  },
  PIPELINE_INPUT_UNKNOWN: {
    summary: 'An input is given that the file does not define.',
    remedy: 'Correct the name, or define the input under spec:inputs of the file.',
  },
  PIPELINE_INPUT_MISSING: {
    summary: 'An input without default is not given.',
    remedy: 'Give it: under include:inputs, or with --input NAME=VALUE for the first file.',
  },
  PIPELINE_INPUT_VALUE: {
    summary: 'The value of an input has the wrong type, or is none that its definition allows.',
    remedy: 'Give a value that the message names.',
  },
  PIPELINE_INPUT_CYCLE: {
    summary: 'Rules of inputs depend on each other in a circle.',
    remedy: 'Break the circle that the message names.',
  },
  PIPELINE_INTERPOLATION: {
    summary: 'An interpolation block $[[ … ]] cannot be filled in.',
    remedy: 'Write an input of the file and at most three functions: $[[ inputs.name | truncate(0,8) ]].',
  },
  PIPELINE_EXTENDS_UNKNOWN: {
    summary: 'extends names a job that is not defined.',
    remedy: 'Correct the name, or include the file that defines it.',
  },
  PIPELINE_EXTENDS_CYCLE: {
    summary: 'A job extends itself, directly or through others.',
    remedy: 'Break the circle that the message names.',
  },
  PIPELINE_EXTENDS_DEPTH: {
    summary: 'extends goes through more than 11 levels.',
    remedy: 'Extend fewer levels.',
  },
  PIPELINE_REFERENCE_UNKNOWN: {
    summary: '!reference points to nothing.',
    remedy: 'Correct the path of keys.',
  },
  PIPELINE_REFERENCE_CYCLE: {
    summary: '!reference points to itself, directly or through others, or through more than 10 levels.',
    remedy: 'Break the circle.',
  },
  PIPELINE_NO_JOBS: {
    summary: 'A pipeline defines no job.',
    remedy: 'Define at least one job with script; jobs whose name begins with a dot are only templates.',
  },
  PIPELINE_TOO_MANY_JOBS: {
    summary: 'A pipeline defines more than 10000 jobs.',
    remedy: 'Split the pipeline.',
  },
  PIPELINE_NO_SCRIPT: {
    summary: 'A job has no script.',
    remedy: 'Give the job a script, or begin its name with a dot to make it a template.',
  },
  PIPELINE_UNKNOWN_STAGE: {
    summary: 'A job names a stage that the pipeline does not have.',
    remedy: 'Add the stage to stages, or correct the name.',
  },
  PIPELINE_UNKNOWN_JOB: {
    summary: 'needs, dependencies or environment:on_stop name a job that is not defined.',
    remedy: 'Correct the name, or mark the need optional.',
  },
  PIPELINE_LATER_STAGE: {
    summary: 'A job needs, or takes artifacts from, a job that runs after it.',
    remedy: 'Move one of the two to another stage.',
  },
  PIPELINE_NEED_EXCLUDED: {
    summary: 'A job needs a job that is not in the plan for this change.',
    remedy: 'Give both jobs the same rules, or mark the need optional.',
  },
  PIPELINE_NEEDS_CYCLE: {
    summary: 'Jobs need each other in a circle.',
    remedy: 'Remove one of the needs that the message names.',
  },
  PIPELINE_DEPENDENCY_WITHOUT_NEED: {
    summary: 'dependencies names a job that needs does not.',
    remedy: 'Add the job to needs, or remove it from dependencies.',
  },
  PIPELINE_TOO_MANY_CHILDREN: {
    summary: 'A pipeline and its children are more than 1000 pipelines.',
    remedy: 'Begin fewer children: parallel of a trigger job begins one for each of its jobs.',
  },
  PIPELINE_EXPRESSION: {
    summary: 'The expression of a rule cannot be read.',
    remedy: 'Correct the expression: $VARIABLE, "text", null, ==, !=, =~, !~, &&, ||, ( ).',
  },
  PIPELINE_PATTERN: {
    summary: 'A regular expression cannot be read.',
    remedy: 'Write RE2 syntax between slashes; look-around and back references do not exist in it.',
  },
  PIPELINE_PATHS_UNKNOWN: {
    summary: 'The paths that a rule looks at, of another ref or another project, cannot be had.',
    remedy: 'Correct the ref or the project, or look at the files of the change itself.',
  },
  PIPELINE_TOO_MUCH_MATCHING: {
    summary: 'Matching the patterns of rules and includes with the files takes more than 20 million comparisons.',
    remedy: 'Use fewer or wider patterns.',
  },
})

export type MistakeCode = keyof typeof errors
