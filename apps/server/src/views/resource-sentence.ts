import type { ResourceGroupView, Sentence } from '@sluice/contracts/api'

/**
 * What a job of this run that waits for its resource group waits for: who holds it, or whom the group's mode puts first
 * although it is not ready.
 */
export function resourceSentence({ name, processMode, holder, line }: ResourceGroupView): Sentence {
  if (holder !== null)
    return {
      en: `waits for resource group "${name}": held by job "${holder.job}" of run ${holder.runNumber}`,
      zh: `等待资源组“${name}”：正由运行 #${holder.runNumber} 的作业“${holder.job}”占用`,
    }
  const [first] = line
  if (first?.state === 'upcoming')
    return {
      en: `waits for resource group "${name}": by its mode ${processMode}, job "${first.job}" of run ${first.runNumber} comes first`,
      zh: `等待资源组“${name}”：按处理模式 ${processMode}，运行 #${first.runNumber} 的作业“${first.job}”优先`,
    }
  return { en: `waits for resource group "${name}"`, zh: `等待资源组“${name}”` }
}
