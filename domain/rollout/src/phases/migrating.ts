import { giveUp } from '../abort.ts'
import { ask, patch, toPhase, type Turn } from '../turn.ts'
import { enterStarting } from './starting.ts'

export function enterMigrating(turn: Turn): Turn {
  const { release, environment } = turn.state.input
  if (environment.target.migrate === undefined) return enterStarting(turn)
  const migrating = toPhase(turn, { kind: 'migrating' })
  return ask(migrating, 'migrating/migrate', { kind: 'migrate', releaseDigest: release.digest })
}

export const onMigrated = (turn: Turn): Turn => enterStarting(patch(turn, { verified: true }))

export function onMigrateFailed(turn: Turn, { reason, ran }: { reason: string; ran: boolean }): Turn {
  return giveUp(patch(turn, { verified: ran }), 'failed', {
    en: `its migration failed: ${reason}`,
    zh: `迁移失败：${reason}`,
  })
}
