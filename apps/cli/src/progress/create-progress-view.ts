import { isInteractive } from '../terminal/is-interactive.ts'
import type { Output, ProgressView } from './progress-view.ts'

/** Spinners on a terminal, plain lines otherwise. */
export async function createProgressView(output: Output, env: NodeJS.ProcessEnv): Promise<ProgressView> {
  if (!isInteractive(output, env)) return (await import('./plain-view.ts')).plainView(output)
  return (await import('./terminal-view.ts')).terminalView(output)
}
