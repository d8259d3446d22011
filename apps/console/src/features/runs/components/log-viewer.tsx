import { Button, Checkbox } from 'antd'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatCount } from '../../../shared/lib/format.ts'
import { Failure } from '../../../shared/ui/failure.tsx'
import { useLog, type LogAddress } from '../api/get-log.ts'
import { visibleLines, type LogLine } from '../log/read-log.ts'
import { useFolding } from '../log/use-folding.ts'
import { LogRow } from './log-row.tsx'

const rowHeightPx = 20

/** A job's log: only the lines in sight are laid out, so that a hundred thousand stay light. */
export function LogViewer({ log, ended }: { log: LogAddress; ended: boolean }) {
  const { t, language } = useTexts()
  const { query, lines, durationsS } = useLog(log, ended)
  const [wrap, setWrap] = useState(true)
  const [follow, setFollow] = useState(!ended)
  const folding = useFolding(lines)
  const shown = visibleLines(lines, folding.folded)
  if (query.isError && lines.length === 0) return <Failure error={query.error} retry={() => void query.refetch()} />
  const complete = query.data?.pages.at(-1)?.complete === true
  return (
    <section className="log" aria-label={t('log.title')}>
      <div className="log-bar">
        <Checkbox checked={wrap} onChange={(event) => setWrap(event.target.checked)}>
          {t('log.wrap')}
        </Checkbox>
        <Checkbox checked={follow} onChange={(event) => setFollow(event.target.checked)}>
          {t('log.follow')}
        </Checkbox>
        {folding.any ? (
          <Button size="small" type="text" onClick={folding.toggleAll}>
            {t(folding.folded.size === 0 ? 'log.foldAll' : 'log.unfoldAll')}
          </Button>
        ) : null}
        <span className="log-count muted" role="status">
          {t('log.lines', { count: formatCount(lines.length, language) })}
          {complete ? '' : ` · ${t(ended ? 'log.loading' : 'log.live')}`}
        </span>
      </div>
      {complete && lines.length === 0 ? <p className="empty-note">{t('log.empty')}</p> : null}
      <LogWindow
        lines={shown}
        wrap={wrap}
        follow={follow}
        stopFollowing={() => setFollow(false)}
        folded={folding.folded}
        toggle={folding.toggle}
        durationsS={durationsS}
      />
    </section>
  )
}

interface LogWindowProps {
  lines: readonly LogLine[]
  wrap: boolean
  follow: boolean
  stopFollowing: () => void
  folded: ReadonlySet<string>
  toggle: (key: string) => void
  durationsS: Record<string, number>
}

function LogWindow(props: LogWindowProps) {
  const { t } = useTexts()
  const { lines, wrap, follow } = props
  const frame = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- its functions are used here only, never handed to a memo
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 30,
  })
  useEffect(() => rows.measure(), [wrap, rows])
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follow, lines.length, rows])
  useStopFollowing(frame, follow, props.stopFollowing)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls must be reachable by keyboard
    <div
      ref={frame}
      className={wrap ? 'log-frame log-wrap' : 'log-frame'}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('log.title')}
    >
      <div className="log-sheet" style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index]
          if (line === undefined) return null
          return (
            <div
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              className="log-row"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogRow line={line} folded={props.folded} toggle={props.toggle} durationsS={props.durationsS} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

// Who scrolls back wants to read: following would pull the text away.
function useStopFollowing(frame: RefObject<HTMLDivElement | null>, follow: boolean, stop: () => void): void {
  useEffect(() => {
    const element = frame.current
    if (element === null || !follow) return undefined
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0) stop()
    }
    element.addEventListener('wheel', onWheel, { passive: true })
    element.addEventListener('touchmove', stop, { passive: true })
    return () => {
      element.removeEventListener('wheel', onWheel)
      element.removeEventListener('touchmove', stop)
    }
  }, [frame, follow, stop])
}
