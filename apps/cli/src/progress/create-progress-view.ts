import type { Output, ProgressView } from './progress-view.ts'

/** Spinners on a terminal, plain lines otherwise. */
export async function createProgressView(output: Output, env: NodeJS.ProcessEnv): Promise<ProgressView> {
  const isDumb = env['TERM'] === 'dumb' || (env['CI'] !== undefined && env['CI'] !== '')
  if (output.isTTY !== true || isDumb) return (await import('./plain-view.ts')).plainView(output)
  return (await import('./terminal-view.ts')).terminalView(output)
}
