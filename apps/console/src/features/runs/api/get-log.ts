import { routes } from '@sluice/contracts/api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { call } from '../../../shared/lib/client.ts'
import { listen } from '../../../shared/live/notices.ts'
import { throttle } from '../../../shared/live/throttle.ts'
import { emptyCarry, readLogPiece, readPartialLine, type LogCarry, type LogLine } from '../log/read-log.ts'

const pieceBytes = 256 * 1024
const fetchEveryMs = 500

export interface LogAddress {
  run: string
  job: string
  attempt: number
}

interface PieceParameter {
  offset: number
  carry: LogCarry
}

/** Never made stale: what was read of a log does not change, it only grows. */
const logKey = (log: LogAddress) => ['log', log.run, log.job, log.attempt] as const

async function fetchPiece(log: LogAddress, from: PieceParameter) {
  const chunk = await call(routes.getLog, {
    parameters: { run: log.run, job: log.job, attempt: log.attempt },
    query: { offset: from.offset, limit: pieceBytes },
  })
  const piece = readLogPiece(chunk.text, from.carry)
  return { ...piece, nextOffset: chunk.nextOffset, grew: chunk.nextOffset > from.offset, complete: chunk.complete }
}

/**
 * The lines of an attempt's log, fetched piece by piece from where the last piece ended: at once while there is more,
 * then whenever the event stream tells of new text.
 */
export function useLog(log: LogAddress, attemptEnded: boolean) {
  const query = useInfiniteQuery({
    queryKey: logKey(log),
    queryFn: ({ pageParam }) => fetchPiece(log, pageParam),
    initialPageParam: { offset: 0, carry: emptyCarry },
    getNextPageParam: (last) => (last.complete ? undefined : { offset: last.nextOffset, carry: last.carry }),
    staleTime: Infinity,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const { fetchNextPage, hasNextPage, isFetching } = query
  const last = query.data?.pages.at(-1)
  const more = last !== undefined && last.grew && !last.complete
  useEffect(() => {
    if (more && !isFetching) void fetchNextPage()
  }, [more, isFetching, fetchNextPage])
  useEffect(() => {
    if (!hasNextPage) return undefined
    const fetchSoon = throttle(() => void fetchNextPage({ cancelRefetch: false }), fetchEveryMs)
    const stop = listen((heard) => {
      if (heard === 'reconnected' || heard.runId === log.run) fetchSoon.call()
    })
    return () => {
      stop()
      fetchSoon.cancel()
    }
  }, [hasNextPage, fetchNextPage, log.run])
  useEffect(() => {
    if (attemptEnded && hasNextPage) void fetchNextPage({ cancelRefetch: false })
  }, [attemptEnded, hasNextPage, fetchNextPage])
  return { query, ...useLines(query.data?.pages) }
}

type Pieces = Awaited<ReturnType<typeof fetchPiece>>[]

function useLines(pieces: Pieces | undefined): { lines: LogLine[]; durationsS: Record<string, number> } {
  return useMemo(() => {
    const lines: LogLine[] = []
    const durationsS: Record<string, number> = {}
    for (const piece of pieces ?? []) {
      for (const line of piece.lines) lines.push(line)
      Object.assign(durationsS, piece.durationsS)
    }
    const carry = pieces?.at(-1)?.carry
    return { lines: carry === undefined ? lines : [...lines, ...readPartialLine(carry)], durationsS }
  }, [pieces])
}
