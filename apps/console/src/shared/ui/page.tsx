import type { ReactNode } from 'react'
import { useTexts } from '../i18n/text-context.ts'

/** The frame of a page: its title in the tab, and its content. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTexts()
  return (
    <div className="page">
      <title>{t('page.title', { title })}</title>
      {children}
    </div>
  )
}
