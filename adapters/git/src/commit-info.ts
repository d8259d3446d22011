/** One commit. */
export interface CommitInfo {
  commit: string
  tree: string
  parents: string[]
  /** First line of the message. */
  title: string
  /** The whole message. */
  message: string
  /** The author's name. */
  author: string
  authorEmail: string
  /** Milliseconds since 1970. */
  authoredAt: number
  committedAt: number
}

/** Format for `git log -z`: fields end with a newline, the message comes last. */
export const commitFormat = '--format=%H%n%T%n%P%n%an%n%ae%n%at%n%ct%n%B'

/** Reads what `git log -z` wrote in that format. */
export function readCommits(output: string): CommitInfo[] {
  return output
    .split('\0')
    .filter((record) => record.trim() !== '')
    .map(readCommit)
}

function readCommit(record: string): CommitInfo {
  const [commit, tree, parents, author, authorEmail, authoredS, committedS, ...message] = record.split('\n')
  return {
    commit: commit ?? '',
    tree: tree ?? '',
    parents: (parents ?? '').split(' ').filter((parent) => parent !== ''),
    title: message[0] ?? '',
    message: message.join('\n').trimEnd(),
    author: author ?? '',
    authorEmail: authorEmail ?? '',
    authoredAt: Number(authoredS) * 1000,
    committedAt: Number(committedS) * 1000,
  }
}
