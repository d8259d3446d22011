import { UserOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { useSession } from '../../../shared/session/get-session.ts'
import { closeSession } from '../api/close-session.ts'

/** Who is signed in, and the way out; or the way in. */
export function SessionMenu() {
  const { t } = useTexts()
  const { message } = App.useApp()
  const session = useSession()
  if (session === undefined) return null
  if (session.csrf === null) return <Link to={paths.signIn.to()}>{t('session.signIn')}</Link>
  const signOut = () => {
    closeSession().catch((error: unknown) => {
      void message.error(error instanceof Error ? error.message : String(error))
    })
  }
  return (
    <span className="session">
      <span title={t('session.signedInAs', { actor: session.actor.id })}>
        <UserOutlined aria-hidden /> <span className="session-name">{session.actor.id}</span>
      </span>
      <Button size="small" onClick={signOut}>
        {t('session.signOut')}
      </Button>
    </span>
  )
}
