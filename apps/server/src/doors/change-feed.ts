import type { ChangeNotice } from '@sluice/contracts/api'
import type { ChangeFeed } from '@sluice/http-api'
import type { Announcement, Database, LogListener } from '@sluice/store-postgres'

/** What the event stream says, from what PostgreSQL announces. */
export function changeFeed(db: Database, listener: LogListener): ChangeFeed {
  return {
    subscribe: (hear) => listener.onAnnouncement((announcement) => hear(noticeOf(announcement))),
    async since(seq, limit) {
      const rows = await db
        .selectFrom('log')
        .select(['seq', 'project', 'run_id', 'kind'])
        .where('seq', '>', String(seq))
        .orderBy('seq')
        .limit(limit)
        .execute()
      return rows.map((row) =>
        noticeOf({ seq: Number(row.seq), project: row.project, runId: row.run_id, kind: row.kind }),
      )
    },
  }
}

const noticeOf = (announcement: Announcement): ChangeNotice => announcement as ChangeNotice
