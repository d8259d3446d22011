import type { Reason } from '@sluice/contracts/plan'
import pc from 'picocolors'
import { printable } from './printable.ts'
import type { RenderOptions } from './render-options.ts'

/** One line a warning, with its place. No newline at the end. */
export function renderWarnings(warnings: readonly Reason[], { colour }: Pick<RenderOptions, 'colour'>): string {
  const colours = pc.createColors(colour)
  return warnings
    .map(({ text, position }) => `${colours.yellow('warning:')} ${placeOf(position)}${printable(text)}`)
    .join('\n')
}

function placeOf(position: Reason['position']): string {
  return position === undefined ? '' : `${printable(position.path)}:${position.line}:${position.column}: `
}
