/** Exit status of every command, as `--help` tells. */
export const exitStatus = {
  ok: 0,
  /** Not delivered, stopped by a gate, or failed on the way. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The platform cannot start. */
  cannotStart: 3,
} as const
