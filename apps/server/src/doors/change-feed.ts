import type { ChangeNotice } from '@sluice/contracts/api'
import type { ChangeFeed } from '@sluice/http-api'
import { listAnnouncements, type Announcement, type Database, type LogListener } from '@sluice/store-postgres'

/**
 * Entries get their number before they are committed, so a lower one may be seen after a higher one. Who comes back is
 * told of these many again: a notice that is repeated only makes a page ask again.
 */
const overlap = 32

/** What the event stream says, from what PostgreSQL announces. */
export function changeFeed(db: Database, listener: LogListener): ChangeFeed {
  return {
    subscribe: (hear) => listener.onAnnouncement((announcement) => hear(noticeOf(announcement))),
    since: async (seq, limit) =>
      (await listAnnouncements(db, Math.max(0, seq - overlap), limit + overlap)).map(noticeOf),
  }
}

/** Only this product announces, and in the words of the log. */
const noticeOf = (announcement: Announcement): ChangeNotice => announcement as ChangeNotice
