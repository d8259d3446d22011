/** The console in a real browser, on the built files and under the content security policy that they are served with. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jobLog } from './fixtures.ts'
import { startMemoryServer, type MemoryServer } from './memory-server.ts'
import { builtConsole } from './built-console.ts'
import { launchChromium } from './chromium.ts'

const launched = await launchChromium()
const title = launched.browser === null ? `console in a browser (skipped: ${launched.reason})` : 'console in a browser'

const sizes = {
  desk: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
  'small phone': { width: 360, height: 740 },
} as const

/** Phones are dark, so that both schemes are seen. */
const schemeOf = (size: keyof typeof sizes): 'dark' | 'light' => (size === 'phone' ? 'dark' : 'light')

type Locale = 'en' | 'zh-CN'

/** Each page with texts that it must show in each language. */
const pages: { path: string; en: string[]; 'zh-CN': string[] }[] = [
  { path: '/', en: ['Projects', 'Digital credit card', 'waits for gates'], 'zh-CN': ['项目', '成熟度', '部署中'] },
  {
    path: '/projects/card',
    en: [
      'What runs where',
      'Change lead time',
      '12 min 25 s',
      '2.8 a week',
      'No deployment to production has failed',
      'n = 12',
      'No longer in sluice.yml',
    ],
    'zh-CN': [
      '已不在 sluice.yml 中',
      '各环境运行情况',
      '变更前置时间',
      '12 分 25 秒',
      '每周 2.8 次',
      '此期间没有失败的生产部署',
      '发布版本',
    ],
  },
  {
    path: '/projects/fresh',
    en: ['No run yet', 'No environment yet', 'No release yet'],
    'zh-CN': ['还没有运行', '还没有环境', '还没有发布版本'],
  },
  {
    path: '/projects/card/maturity',
    en: ['Self-assessed, unofficial', 'Build and continuous integration', 'partly met', 'Run #7: 148 tests'],
    'zh-CN': ['自评结果，非官方评估', '构建与持续集成', '部分满足', '运行 #7：148 个测试'],
  },
  {
    path: '/runs/run-canary',
    en: [
      'production 50 %',
      'the canary holds',
      'Latency p95',
      'tests.failed = 0',
      'Evidence: coverage',
      'Defined, but not run',
    ],
    'zh-CN': [
      'production 50 %',
      '灰度版达标',
      '延迟 p95',
      'tests.failed = 0',
      '证据：coverage',
      '已定义但本次变更未运行',
    ],
  },
  {
    path: '/runs/run-aborted',
    en: ['Taken back at 10 %', 'the canary does worse', '25 %', 'not isolated'],
    'zh-CN': ['在 10% 时撤回', '灰度版劣于稳定版', '25 %', '未隔离'],
  },
  {
    path: '/runs/run-closed',
    en: [
      'Stopped by gate',
      '1 of 148 tests failed',
      'evidence untrusted',
      'EVIDENCE_TOO_LARGE',
      'gate "quality" is closed',
    ],
    'zh-CN': ['被门禁 quality 拦停', '148 个测试中有 1 个失败', '证据不可信', 'EVIDENCE_TOO_LARGE'],
  },
  {
    path: '/runs/run-live?job=unit',
    en: ['Why it is in the plan', 'reverse › order of arrival', 'isolated by its own user'],
    'zh-CN': ['为何在计划中', 'reverse › order of arrival', '以独立用户隔离'],
  },
  {
    path: '/runs/run-parent',
    en: ['Child run #9', 'its child waits for a person', 'payments began child run #9'],
    'zh-CN': ['子流水线 #9', '子流水线等待人工操作', 'payments 发起了子流水线 #9'],
  },
  {
    path: '/runs/run-parent?job=statements',
    en: ['The job ends as its child run does.', 'Child run #10'],
    'zh-CN': ['作业的结果与其子流水线一致。', '子流水线 #10'],
  },
  {
    path: '/runs/run-child',
    en: ['child run of', '#8, job payments', 'A child run has no gates'],
    'zh-CN': ['子流水线，发起者', '#8 的作业 payments', '子流水线没有门禁'],
  },
  {
    path: '/runs/run-live?job=load-test',
    en: ['waits for its resource group', 'held by job "load-test" of run 7', 'load-test of run 9 (not ready)'],
    'zh-CN': ['等待资源组', '正由运行 #7 的作业“load-test”占用', '运行 #9 的 load-test (未就绪)'],
  },
  { path: '/sign-in', en: ['./sluice sign-in'], 'zh-CN': ['./sluice sign-in', '请使用命令行给出的登录链接'] },
  { path: '/nowhere/at/all', en: ['There is no page at this address'], 'zh-CN': ['该地址没有页面'] },
]

describe.skipIf(launched.browser === null)(title, { timeout: 60_000 }, () => {
  const browser = launched.browser as Browser
  let server: MemoryServer

  beforeAll(async () => {
    server = await startMemoryServer({ distFolder: await builtConsole() })
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  interface Visit {
    path: string
    locale?: Locale
    size?: keyof typeof sizes
    expected?: RegExp
  }

  /** A browser profile of its own. */
  function newContext({ locale = 'en', size = 'desk' }: Omit<Visit, 'path'>): Promise<BrowserContext> {
    return browser.newContext({ locale, viewport: sizes[size], colorScheme: schemeOf(size) })
  }

  /** Runs `look` on a page, and holds the page to having complained of nothing but `expected`. */
  async function lookAt(page: Page, options: Visit, look: (page: Page) => Promise<void>): Promise<void> {
    page.setDefaultTimeout(30_000)
    const complaints = complaintsOf(page, options.expected)
    try {
      await page.goto(server.url + options.path)
      await look(page)
    } catch (error) {
      const shown = await page.innerText('body', { timeout: 5000 }).catch(String)
      const said = `the page at ${page.url()} says:\n${shown.slice(0, 2000)}\nit complained of: ${complaints.join('; ')}`
      throw new Error(`${String(error)}\n${said}`, { cause: error })
    }
    expect(complaints).toEqual([])
  }

  /** Visits with a profile that nobody used before. */
  async function visit(options: Visit, look: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
    const context = await newContext(options)
    try {
      await lookAt(await context.newPage(), options, (page) => look(page, context))
    } finally {
      await context.close()
    }
  }

  describe.each(['en', 'zh-CN'] as const)('%s', (locale) => {
    // One page for all, made wider and narrower: a new one is a new process of the browser, and takes longer than the
    // look at it.
    let page: Page
    beforeAll(async () => {
      page = await (await newContext({ locale, size: 'phone' })).newPage()
    })
    afterAll(() => page.context().close())

    it.each(pages)('$path shows what it must, fits, and complains of nothing', async (row) => {
      await lookAt(page, { path: row.path }, async () => {
        for (const size of ['phone', 'small phone', 'desk'] as const) {
          await page.setViewportSize(sizes[size])
          await page.emulateMedia({ colorScheme: schemeOf(size) })
          for (const text of row[locale]) await page.getByText(text).first().waitFor()
          expect(await overflowing(page), `on a ${size}`).toEqual([])
        }
        expect(await languageOf(page)).toBe(locale)
        expect(await page.title()).toMatch(/.+ · Sluice$/)
      })
    })
  })

  it('an unknown run shows its code and a way out', async () => {
    await visit({ path: '/runs/none', expected: /404/ }, async (page) => {
      await page.getByText('RUN_UNKNOWN').waitFor()
      await page.getByRole('link', { name: 'All projects' }).click()
      await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
    })
  })

  it('a job leads to the run that it began, and that one back to the job', async () => {
    await visit({ path: '/runs/run-parent' }, async (page) => {
      await page.getByRole('link', { name: /Child run #9/ }).click()
      await page.getByRole('link', { name: '#8, job payments' }).click()
      await page.getByText('and fails where that runs no job').waitFor()
      expect(new URL(page.url()).pathname).toBe('/runs/run-parent')
      await page.goto(`${server.url}/projects/card`)
      await page.getByRole('link', { name: '#8', exact: true }).first().waitFor()
      expect(await page.getByRole('link', { name: '#9', exact: true }).count()).toBe(0)
    })
  })

  it('the language is switched at once and kept', async () => {
    await visit({ path: '/', locale: 'en' }, async (page) => {
      await page.getByText('中文', { exact: true }).click()
      await page.getByRole('heading', { name: '项目', level: 1 }).waitFor()
      expect(await languageOf(page)).toBe('zh-CN')
      await page.reload()
      await page.getByRole('heading', { name: '项目', level: 1 }).waitFor()
    })
  })

  it('a notice on the event stream makes the page read again', async () => {
    await visit({ path: '/runs/run-live' }, async (page) => {
      await page.getByText('3 of 6 jobs have ended.').waitFor()
      const run = server.runs.get('run-live')
      if (run === undefined) throw new Error('the fixture has no run "run-live"')
      server.runs.set(run.id, { ...run, sentence: { en: '5 of 6 jobs have ended.', zh: '6 个作业中 5 个已结束。' } })
      server.notify({ project: 'card', runId: run.id, kind: 'job.finished' })
      await page.getByText('5 of 6 jobs have ended.').waitFor()
    })
  })

  it('log text that comes later is fetched from where the last piece ended', async () => {
    server.logs.set('run-live/unit', 'first line\nhalf of the sec')
    await visit({ path: '/runs/run-live?job=unit' }, async (page) => {
      await page.getByText('half of the sec').waitFor()
      const offsets: string[] = []
      page.on('request', (request) => offsets.push(new URL(request.url()).searchParams.get('offset') ?? ''))
      server.logs.set('run-live/unit', 'first line\nhalf of the second line\nthird line\n')
      server.notify({ project: 'card', runId: 'run-live', kind: 'job.log' })
      await page.getByText('half of the second line').waitFor()
      await page.getByText('third line').waitFor()
      expect(offsets.filter((offset) => offset !== '').every((offset) => Number(offset) >= 26)).toBe(true)
    })
    server.logs.delete('run-live/unit')
  })

  it('a log of a hundred thousand lines stays light, and its sections fold', async () => {
    server.logs.set('run-canary/unit', jobLog(100_000))
    await visit({ path: '/runs/run-canary?job=unit' }, async (page) => {
      await page.getByText('100,006 lines', { exact: true }).waitFor()
      expect(await page.locator('.log-row').count()).toBeLessThan(200)
      await page.getByRole('checkbox', { name: 'Follow' }).check()
      await page.getByText('Job ended').waitFor()
      await page.getByRole('button', { name: 'Fold all sections' }).click()
      await page.getByRole('button', { name: 'Running the script' }).waitFor()
      expect(await page.locator('.log-row').count()).toBe(3)
    })
    server.logs.delete('run-canary/unit')
  }, 60_000)

  it('a clause leads to its evidence, opened', async () => {
    await visit({ path: '/runs/run-closed' }, async (page) => {
      await page.getByRole('link', { name: 'Evidence: tests' }).click()
      await page.getByText('AssertionError: expected 9000 to be 10000').waitFor()
    })
  })

  it('the criteria of the maturity page are filtered by state', async () => {
    await visit({ path: '/projects/card/maturity' }, async (page) => {
      await page.getByText('unknown 1').click()
      await page.getByText('Sluice sees no record of it.').waitFor()
      expect(await page.locator('.criterion').count()).toBe(1)
    })
  })

  it('a broken event stream is told, and the page reads again when it is back', async () => {
    await visit({ path: '/runs/run-closed', expected: /503|ERR_|EventSource/ }, async (page) => {
      await page.getByText('Keep an early reversal').first().waitFor()
      server.breakEvents()
      await page.getByText('Connection to the server lost').waitFor()
      const run = server.runs.get('run-closed')
      if (run === undefined) throw new Error('the fixture has no run "run-closed"')
      server.runs.set(run.id, { ...run, author: 'Read after the break' })
      server.resumeEvents()
      await page.getByText('Read after the break').waitFor()
      await page.getByText('Connection to the server lost').waitFor({ state: 'detached' })
    })
  })

  it('without a session nothing offers to write', async () => {
    await visit({ path: '/runs/run-live' }, async (page) => {
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
      expect(await page.getByRole('button', { name: /Cancel run|Run again/ }).count()).toBe(0)
    })
  })

  it('a sign-in link works once, leaves no token in the address, and lets its owner cancel a run after asking', async () => {
    await visit({ path: `/sign-in#token=${server.token}` }, async (page, context) => {
      await page.getByText('lin.wei').waitFor()
      await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
      expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/')
      await page.goto(`${server.url}/runs/run-live`)
      await page.getByRole('button', { name: 'Cancel run' }).click()
      const question = page.getByRole('dialog')
      await question.getByText('Running jobs are stopped.').waitFor()
      expect(server.writes).toEqual([])
      await question.getByRole('button', { name: 'Cancel run' }).click()
      await page.getByText('Canceled by lin.wei.').waitFor()
      expect(server.writes).toEqual([
        { method: 'POST', path: '/api/runs/run-live/cancel', csrf: 'csrf-of-the-session', body: null },
      ])
      await acceptsProducers(page)
      await stopsEnvironment(page)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('link', { name: 'Sign in' }).waitFor()
      await usedLinkIsTold(await context.newPage())
    })
  })

  async function acceptsProducers(page: Page): Promise<void> {
    await page.goto(`${server.url}/runs/run-closed`)
    await page.getByRole('button', { name: 'Accept producers' }).click()
    const question = page.getByRole('dialog')
    const confirm = question.getByRole('button', { name: 'Accept producers' })
    expect(await confirm.isDisabled()).toBe(true)
    await question.getByLabel('Reason').fill('The scanner moved to a newer version')
    await confirm.click()
    await question.waitFor({ state: 'hidden' })
    expect(server.writes.at(-1)).toEqual({
      method: 'POST',
      path: '/api/runs/run-closed/accept-producers',
      csrf: 'csrf-of-the-session',
      body: { reason: 'The scanner moved to a newer version' },
    })
  }

  async function stopsEnvironment(page: Page): Promise<void> {
    await page.goto(`${server.url}/projects/card`)
    await page.getByRole('button', { name: 'Stop' }).click()
    const question = page.getByRole('dialog')
    await question.getByText('its URL answers that nothing serves').waitFor()
    await question.getByRole('button', { name: 'Stop' }).click()
    await question.waitFor({ state: 'hidden' })
    const path = '/api/projects/card/environments/live/stop'
    expect(server.writes.at(-1)).toEqual({ method: 'POST', path, csrf: 'csrf-of-the-session', body: null })
  }

  async function usedLinkIsTold(page: Page): Promise<void> {
    const complaints = complaintsOf(page, /401/)
    await page.goto(`${server.url}/sign-in#token=${server.token}`)
    await page.getByText('This sign-in link was used already').waitFor()
    await page.getByText('./sluice sign-in', { exact: true }).waitFor()
    expect(page.url()).toBe(`${server.url}/sign-in`)
    expect(complaints).toEqual([])
  }
})

/** What the page writes to the browser's console as error or warning, and what it throws. */
function complaintsOf(page: Page, expected?: RegExp): string[] {
  const complaints: string[] = []
  const note = (text: string) => {
    if (expected?.test(text) !== true) complaints.push(text)
  }
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(message.text())
  })
  page.on('pageerror', (error) => note(error.message))
  return complaints
}

/** Elements that stick out of the window to the right; the log frame scrolls by itself. */
async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (element) =>
        element.closest('.log-frame, .visually-hidden, .ant-drawer') === null &&
        element.getBoundingClientRect().right > innerWidth + 1,
    )
    return ['the page is too wide', ...out.slice(0, 5).map((element) => element.tagName + '.' + element.className)]
  })()`)
}

async function languageOf(page: Page): Promise<string | null> {
  return page.locator('html').getAttribute('lang')
}
