/** The bounds that keep compiling finite whatever the input. Sizes count UTF-16 code units unless the name says otherwise. */
export const limits = {
  fileLength: 1_048_576,
  includes: 150,
  yamlDepth: 100,
  /** Weight (see `weightOf`) of one file or of the merged pipeline with everything filled in. */
  weight: 16_777_216,
  /** All files of a pipeline together. */
  totalLength: 8_388_608,
  /** What merging for extends may cost in all, and the jobs with what they inherit, in weight. */
  totalWeight: 67_108_864,
  /** Characters that filling in variables may make in all. */
  expandedLength: 67_108_864,
  extendsNames: 100,
  /** Mistakes that get a nearest name; comparing names is the dearest part of a mistake. */
  hints: 50,
  /** Counted after `parallel` made its jobs. */
  jobs: 10_000,
  /** Jobs that one `parallel` makes. */
  parallel: 200,
  /** Variables of one map of a matrix: every value takes two letters of the job's name at least. */
  matrixVariables: 128,
  /** Needs of one job, counted after those on parallel jobs stand for each of them. */
  needs: 50,
  extendsLevels: 11,
  /** Needs and dependencies of all jobs together, counted as `needs` are. */
  edges: 2_000_000,
  /** How deep `extends` is followed before it is refused, whatever the levels. */
  extendsPath: 1000,
  referenceLevels: 10,
  scriptNesting: 10,
  rules: 50,
  expressionLength: 4096,
  expressionDepth: 100,
  patternLength: 2048,
  globComparisons: 20_000_000,
  /** Comparisons of one rule's patterns with paths beyond which GitLab takes the rule as matched. */
  ruleComparisons: 50_000,
  /** Refs and other projects whose paths the rules of one pipeline ask for. */
  pathQuestions: 50,
  /** Patterns of one `changes` or `exists`. */
  patterns: 50,
  pathRegexpLength: 255,
  variableLength: 65_536,
  variableDepth: 100,
  mistakes: 1000,
  /** What stands between `$[[` and `]]`. */
  blockLength: 1024,
  /** Different blocks of one file. */
  blocks: 10_000,
  /** A text with a block in it, and what it becomes. */
  blockTextLength: 1_048_576,
  blockFunctions: 3,
  inputOptions: 50,
  /** Inputs that a request may give. */
  requestInputs: 20,
  /** Levels of children below the first pipeline (GitLab's). */
  childDepth: 2,
  /** Pipelines of one tree: the first one, its children and theirs (GitLab's default). */
  pipelines: 1000,
  nameLength: 255,
} as const
