/** The five DORA figures as the page writes them. */
import type { DoraView, FigureView } from '@sluice/contracts/api'
import type { Language } from '../../shared/i18n/language.ts'
import type { TextKey } from '../../shared/i18n/texts.ts'
import { formatDuration, formatRate } from '../../shared/lib/format.ts'

export interface DoraFigure {
  key: Exclude<keyof DoraView, 'windowMs'>
  label: TextKey
  hint: TextKey
  figure: FigureView
}

export function doraFigures(dora: DoraView): DoraFigure[] {
  return [
    { key: 'leadTime', label: 'dora.leadTime', hint: 'dora.leadTimeHint', figure: dora.leadTime },
    {
      key: 'deploymentFrequency',
      label: 'dora.deploymentFrequency',
      hint: 'dora.deploymentFrequencyHint',
      figure: dora.deploymentFrequency,
    },
    {
      key: 'failedDeploymentRecoveryTime',
      label: 'dora.recoveryTime',
      hint: 'dora.recoveryTimeHint',
      figure: dora.failedDeploymentRecoveryTime,
    },
    {
      key: 'changeFailRate',
      label: 'dora.changeFailRate',
      hint: 'dora.changeFailRateHint',
      figure: dora.changeFailRate,
    },
    {
      key: 'deploymentReworkRate',
      label: 'dora.reworkRate',
      hint: 'dora.reworkRateHint',
      figure: dora.deploymentReworkRate,
    },
  ]
}

/** A frequency as a person says it: per day, per week or per month, whichever first reaches one. */
export function frequencyOf(perDay: number): { key: TextKey; count: number } {
  const rounded = (count: number) => Number(count.toFixed(count < 10 ? 1 : 0))
  if (perDay >= 1) return { key: 'dora.perDay', count: rounded(perDay) }
  if (perDay * 7 >= 1) return { key: 'dora.perWeek', count: rounded(perDay * 7) }
  return { key: 'dora.perMonth', count: rounded(perDay * 30) }
}

/** The figure in words, or a dash where there is none; `perDay` writes a frequency. */
export function figureText(
  figure: FigureView,
  language: Language,
  perDay: (frequency: { key: TextKey; count: number }) => string,
): string {
  if (figure.value === null) return '–'
  if (figure.unit === 'ms') return formatDuration(figure.value, language)
  if (figure.unit === 'ratio') return formatRate(figure.value)
  return perDay(frequencyOf(figure.value))
}
