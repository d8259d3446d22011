/** Which jobs are wanted. */
export interface Selection {
  /** None: all. */
  names: readonly string[]
  /** Manual jobs that are started beside them. */
  manual: readonly string[]
  /** Whether named jobs are run with all that they wait for. */
  withNeeds: boolean
}
