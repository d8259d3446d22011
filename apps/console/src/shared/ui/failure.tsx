import { Button, Result } from 'antd'
import { Link } from 'react-router'
import { useTexts } from '../i18n/text-context.ts'
import { paths } from '../../paths.ts'

/** An error with its code and a way out. */
export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { t } = useTexts()
  const { code, message } = describe(error)
  return (
    <Result
      status="warning"
      title={t('error.title')}
      subTitle={
        <>
          <code className="code">{code}</code>
          <p className="failure-message">{code === 'NETWORK' ? t('error.network') : message}</p>
        </>
      }
      extra={[
        retry === undefined ? null : (
          <Button key="retry" type="primary" onClick={retry}>
            {t('error.retry')}
          </Button>
        ),
        <Link key="home" to={paths.home.to()} className="link-button">
          {t('error.home')}
        </Link>,
      ]}
    />
  )
}

function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) }
  if ('code' in error && typeof error.code === 'string') return { code: error.code, message: error.message }
  // `fetch` rejects with a bare TypeError when no answer came.
  return { code: error instanceof TypeError ? 'NETWORK' : error.name, message: error.message }
}
