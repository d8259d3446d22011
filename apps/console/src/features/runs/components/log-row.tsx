import { CaretDownOutlined, CaretRightOutlined } from '@ant-design/icons'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatDuration } from '../../../shared/lib/format.ts'
import type { AnsiSpan, AnsiStyle } from '../log/ansi.ts'
import type { LogLine } from '../log/read-log.ts'

interface LogRowProps {
  line: LogLine
  folded: ReadonlySet<string>
  toggle: (key: string) => void
  durationsS: Record<string, number>
}

/** One line with its number; the head of a section folds it. */
export function LogRow({ line, folded, toggle, durationsS }: LogRowProps) {
  const { language } = useTexts()
  const { section } = line
  const text = <LogText spans={line.spans} />
  return (
    <>
      <span className="log-number" aria-hidden>
        {line.number}
      </span>
      {section === null ? (
        <span className="log-text">{text}</span>
      ) : (
        <button
          type="button"
          className="log-text log-section"
          aria-expanded={!folded.has(section.key)}
          onClick={() => toggle(section.key)}
        >
          {folded.has(section.key) ? <CaretRightOutlined aria-hidden /> : <CaretDownOutlined aria-hidden />} {text}
          {durationsS[section.key] === undefined ? null : (
            <span className="log-duration">{formatDuration((durationsS[section.key] ?? 0) * 1000, language)}</span>
          )}
        </button>
      )}
    </>
  )
}

function LogText({ spans }: { spans: readonly AnsiSpan[] }) {
  return spans.map((span, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- spans never move within a line
    <span key={index} className={spanClass(span.style)} style={spanStyle(span.style)}>
      {span.text}
    </span>
  ))
}

function spanClass(style: AnsiStyle): string | undefined {
  const names = [
    style.color !== null && !style.color.startsWith('#') ? `ansi-${style.color}` : '',
    style.background !== null && !style.background.startsWith('#') ? `ansi-bg-${style.background}` : '',
    style.bold ? 'ansi-bold' : '',
    style.dim ? 'ansi-dim' : '',
    style.italic ? 'ansi-italic' : '',
    style.underline ? 'ansi-underline' : '',
  ].filter((name) => name !== '')
  return names.length === 0 ? undefined : names.join(' ')
}

function spanStyle(style: AnsiStyle) {
  const color = style.color?.startsWith('#') === true ? { color: style.color } : {}
  const background = style.background?.startsWith('#') === true ? { backgroundColor: style.background } : {}
  return { ...color, ...background }
}
