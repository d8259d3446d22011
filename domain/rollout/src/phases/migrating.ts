import { giveUp } from '../abort.ts'
import { ask, toPhase, type Turn } from '../turn.ts'
import { enterStarting } from './starting.ts'

export function enterMigrating(turn: Turn): Turn {
  const { release, environment } = turn.state.input
  if (environment.target.migrate === undefined) return enterStarting(turn)
  const migrating = toPhase(turn, { kind: 'migrating' })
  return ask(migrating, 'migrating/migrate', { kind: 'migrate', releaseDigest: release.digest })
}

export const onMigrated = (turn: Turn): Turn => enterStarting(turn)

export function onMigrateFailed(turn: Turn, reason: string): Turn {
  return giveUp(turn, 'failed', { en: `its migration failed: ${reason}`, zh: `迁移失败：${reason}` })
}
