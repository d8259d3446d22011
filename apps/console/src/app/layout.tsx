import { Alert, Segmented } from 'antd'
import { Suspense } from 'react'
import { Link, Outlet, ScrollRestoration } from 'react-router'
import { SessionMenu } from '../features/session/components/session-menu.tsx'
import { paths } from '../paths.ts'
import type { Language } from '../shared/i18n/language.ts'
import { useTexts } from '../shared/i18n/text-context.ts'
import { useConnection } from '../shared/live/connection.ts'

/** The head of every page, and the page below it. */
export function Layout() {
  const { t } = useTexts()
  const connection = useConnection()
  return (
    <>
      <a href="#main" className="skip-link">
        {t('page.skip')}
      </a>
      <header className="top">
        <div className="top-inner">
          <Link to={paths.home.to()} className="brand">
            <img src="/sluice.svg" alt="" width="24" height="24" />
            Sluice
          </Link>
          <span className="top-end">
            <LanguageSwitch />
            <SessionMenu />
          </span>
        </div>
      </header>
      {connection === 'lost' ? (
        <Alert type="warning" banner role="status" title={t('connection.lost')} className="connection-lost" />
      ) : null}
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<div className="page" role="status" aria-label={t('page.loading')} />}>
          <Outlet />
        </Suspense>
      </main>
      <ScrollRestoration />
    </>
  )
}

const languageNames: { value: Language; label: string }[] = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'EN' },
]

function LanguageSwitch() {
  const { t, language, setLanguage } = useTexts()
  return (
    <Segmented
      size="small"
      aria-label={t('language.label')}
      value={language}
      onChange={setLanguage}
      options={languageNames}
    />
  )
}
