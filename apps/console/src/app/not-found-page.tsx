import { Result } from 'antd'
import { Link } from 'react-router'
import { paths } from '../paths.ts'
import { useTexts } from '../shared/i18n/text-context.ts'
import { Page } from '../shared/ui/page.tsx'

/** For an address that leads nowhere. */
export function NotFoundPage() {
  const { t } = useTexts()
  return (
    <Page title={t('notFound.title')}>
      <Result
        status="info"
        title={t('notFound.title')}
        subTitle={t('notFound.hint')}
        extra={<Link to={paths.home.to()}>{t('error.home')}</Link>}
      />
    </Page>
  )
}
