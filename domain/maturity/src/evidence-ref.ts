import type { LogEntry } from '@sluice/contracts/events'
import type { Sentence } from './model/model.ts'

/** A thing that one can open to see what a claim stands on. */
export interface EvidenceRef {
  kind: 'run' | 'evidence' | 'verdict' | 'deployment' | 'release' | 'entry'
  id: string
  runId: string | null
  /** Number of the log entry. */
  seq: number
  text: Sentence
}

const short = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)

type Named = Pick<EvidenceRef, 'kind' | 'id' | 'text'>

function named(entry: LogEntry): Named {
  switch (entry.kind) {
    case 'run.created': {
      const { number, commit } = entry.payload
      return ref(
        'run',
        entry.runId ?? entry.id,
        `Run ${number} of commit ${short(commit)}`,
        `第 ${number} 次运行，提交 ${short(commit)}`,
      )
    }
    case 'evidence.recorded': {
      const { evidenceId, name, tool } = entry.payload
      return ref('evidence', evidenceId, `Report ${name} by ${tool}`, `由 ${tool} 产生的报告 ${name}`)
    }
    case 'gate.decided': {
      const { verdictId, gate, decision } = entry.payload
      return ref(
        'verdict',
        verdictId,
        `Gate ${gate}: ${decision}`,
        `门禁 ${gate}：${decision === 'open' ? '放行' : '拦截'}`,
      )
    }
    case 'release.created': {
      const { releaseId, version, digest } = entry.payload
      return ref('release', releaseId, `Release ${version}, ${short(digest)}`, `发布 ${version}，${short(digest)}`)
    }
    case 'deployment.started':
    case 'deployment.finished':
    case 'rollout.stepped':
    case 'rollout.judged': {
      const { deploymentId, environment } = entry.payload
      return ref('deployment', deploymentId, `Deployment to ${environment}`, `部署到 ${environment}`)
    }
    default:
      return ref('entry', entry.id, `Entry ${entry.seq}: ${entry.kind}`, `日志第 ${entry.seq} 条：${entry.kind}`)
  }
}

const ref = (kind: EvidenceRef['kind'], id: string, en: string, zh: string): Named => ({ kind, id, text: { en, zh } })

/** References for entries: each thing once, by its last entry, the newest first, at most `limit`. */
export function evidenceRefs(entries: LogEntry[], limit: number): EvidenceRef[] {
  const newest = new Map<string, EvidenceRef>()
  for (const entry of entries.toSorted((a, b) => b.seq - a.seq)) {
    const found = named(entry)
    const key = `${found.kind} ${found.id}`
    if (!newest.has(key)) newest.set(key, { ...found, runId: entry.runId, seq: entry.seq })
  }
  return [...newest.values()].slice(0, limit)
}
