import type { RetryReason } from '@sluice/contracts/plan'

/** GitLab's reasons of a failure, in Chinese. */
const failures: Record<RetryReason, string> = {
  always: '任何原因',
  unknown_failure: '未知原因',
  script_failure: '脚本失败',
  api_failure: '接口失败',
  stuck_or_timeout_failure: '卡住或超时',
  runner_system_failure: '执行器系统故障',
  runner_unsupported: '执行器不支持',
  stale_schedule: '计划已过期',
  job_execution_timeout: '作业执行超时',
  archived_failure: '已归档',
  unmet_prerequisites: '前置条件未满足',
  scheduler_failure: '调度失败',
  data_integrity_failure: '数据完整性错误',
  runner_provisioning_timeout: '执行器准备超时',
}
const failure = (code = ''): string => (Object.hasOwn(failures, code) ? failures[code as RetryReason] : code)
const ends: Record<string, string> = { failed: '失败', canceled: '已取消', 'was skipped': '已跳过' }

type Sentences = readonly (readonly [RegExp, (...parts: string[]) => string])[]

/** What `childRefusal` and `childOfJob` of the pipeline package say, as the hosts tell it the engine. */
const refusals: Sentences = [
  [/^none of its jobs runs for this change$/, () => '这次变更不运行其中任何作业'],
  [/^project "(.*)" cannot be reached from here$/s, (project) => `从这里无法访问项目“${project}”`],
  [/^there are (\d+) pipelines already$/, (count) => `已有 ${count} 条流水线`],
  [
    /^it would be below (\d+) levels of children; wanted \d+ at most$/,
    (levels) => `它将位于 ${levels} 层子流水线之下，而最多允许 ${levels} 层`,
  ],
  [
    /^its job "(.*)" waits for resource group "(.*)", which is held until the child has ended$/s,
    (job, group) => `其作业“${job}”等待资源组“${group}”，而该组在子流水线结束之前一直被占用`,
  ],
]

/** What the engine says of a job, and the same in Chinese. */
const sentences: Sentences = [
  [/^gate "(.*)" is closed$/s, (gate) => `门禁“${gate}”已关闭`],
  [/^waits for job "(.*)"$/s, (job) => `等待作业“${job}”`],
  [/^waits for gate "(.*)"$/s, (gate) => `等待门禁“${gate}”`],
  [/^waits for a person to start it$/, () => '等待人工启动'],
  [/^waits for a runner$/, () => '等待执行器'],
  [
    /^waits for resource group "(.*)", held by job "(.*)"$/s,
    (group, job) => `等待资源组“${group}”，目前由作业“${job}”占用`,
  ],
  [/^waits for resource group "(.*)"$/s, (group) => `等待资源组“${group}”`],
  [/^job "(.*)" waits for a person to start it$/s, (job) => `作业“${job}”等待人工启动`],
  [/^job "(.*)" (failed|canceled|was skipped)$/s, (job, how = '') => `作业“${job}”${ends[how] ?? how}`],
  [/^runs only on failure, and nothing before it failed$/, () => '仅在前序作业失败时运行，而前序作业均未失败'],
  [
    /^tried again after (\w+): attempt (\d+) of (\d+) failed$/,
    (code, attempt, total) => `因“${failure(code)}”重试：第 ${attempt} 次尝试失败，最多 ${total} 次`,
  ],
  [/^canceled for run (\d+) of a newer commit$/, (run) => `已取消：运行 #${run} 对应更新的提交`],
  [/^canceled as job "(.*)" failed$/s, (job) => `因作业“${job}”失败而取消`],
  [/^waits for its child to be created$/, () => '等待创建子流水线'],
  [/^its child waits for a person$/, () => '子流水线等待人工操作'],
  [/^its child cannot be created: (.*)$/s, (why = '') => `无法创建子流水线：${inChinese(why, refusals)}`],
  [/^its child failed: (.*)$/s, (why = '') => `子流水线失败：${reasonSentence(why).zh}`],
  [/^its child failed$/, () => '子流水线失败'],
  [/^its child was canceled$/, () => '子流水线已取消'],
  [/^none of the jobs of its child ran$/, () => '子流水线没有运行任何作业'],
  [/^canceled with run (\d+), which began it$/, (number) => `随发起它的运行 #${number} 一并取消`],
  [/^canceled by (.*)$/s, (actor) => `由 ${actor} 取消`],
  [/^canceled$/, () => '已取消'],
  [/^interrupted$/, () => '已中断'],
  [/^(\w+): exit code (-?\d+)$/, (code, exitCode) => `${failure(code)}：退出码 ${exitCode}`],
  [
    /^(\w+): exit code (-?\d+), on a full disk$/,
    (code, exitCode) => `${failure(code)}：退出码 ${exitCode}（磁盘已满）`,
  ],
  [/^(\w+), on a full disk$/, (code) => `${failure(code)}（磁盘已满）`],
  [/^(\w+)$/, (code) => failure(code)],
]

/**
 * A job's `reason` in both languages of the console. The state keeps it in English alone, as its states are kept for
 * days; a text that is none of the engine's own stays as it is.
 */
export function reasonSentence(reason: string): { en: string; zh: string } {
  return { en: reason, zh: inChinese(reason, sentences) }
}

function inChinese(text: string, known: Sentences): string {
  for (const [pattern, translate] of known) {
    const match = pattern.exec(text)
    if (match !== null) return translate(...match.slice(1))
  }
  return text
}
