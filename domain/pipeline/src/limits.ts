/** The bounds that keep compiling finite whatever the input. Sizes count UTF-16 code units unless the name says otherwise. */
export const limits = {
  fileLength: 1_048_576,
  includes: 150,
  yamlDepth: 100,
  /** Weight (see `weightOf`) of one file or of the merged pipeline with everything filled in. */
  weight: 16_777_216,
  jobs: 5000,
  extendsLevels: 11,
  referenceLevels: 10,
  scriptNesting: 10,
  rules: 50,
  expressionLength: 4096,
  expressionDepth: 100,
  patternLength: 2048,
  globComparisons: 20_000_000,
  variableLength: 65_536,
  variableDepth: 100,
  mistakes: 1000,
  nameLength: 255,
} as const
