import { Result, Spin } from 'antd'
import { ApiFailure } from '@sluice/contracts/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Failure } from '../../../shared/ui/failure.tsx'
import { Page } from '../../../shared/ui/page.tsx'
import { openSession } from '../api/open-session.ts'
import { tokenOf } from '../sign-in-token.ts'

/** Trades the link's token for a session and goes home; says what to do when the link no longer works. */
export function SignInPage() {
  const { t } = useTexts()
  const navigate = useNavigate()
  const [token] = useState(() => tokenOf(location.hash))
  useEffect(() => {
    // The token leaves the address at once, so that neither history nor a copied address holds it.
    if (location.hash !== '') history.replaceState(history.state, '', paths.signIn.to())
  }, [])
  const trade = useQuery({
    queryKey: ['sign-in'],
    queryFn: async () => {
      await openSession(token ?? '')
      return true
    },
    enabled: token !== null,
    // A token works once: never asked twice.
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  useEffect(() => {
    if (trade.isSuccess) void navigate(paths.home.to(), { replace: true })
  }, [trade.isSuccess, navigate])
  return (
    <Page title={t('signIn.title')}>
      {token === null ? <HowToSignIn title={t('signIn.noToken')} /> : null}
      {token !== null && trade.isError ? <Refused error={trade.error} /> : null}
      {token !== null && !trade.isError ? (
        <div className="waiting" role="status">
          <Spin /> {t('signIn.working')}
        </div>
      ) : null}
    </Page>
  )
}

function Refused({ error }: { error: Error }) {
  const { t } = useTexts()
  if (error instanceof ApiFailure && error.code === 'HTTP_SIGN_IN_LINK_USED')
    return <HowToSignIn title={t('signIn.used')} />
  return <Failure error={error} />
}

function HowToSignIn({ title }: { title: string }) {
  const { t } = useTexts()
  return (
    <Result
      status="info"
      title={title}
      subTitle={t('signIn.how')}
      extra={<Link to={paths.home.to()}>{t('error.home')}</Link>}
    >
      <pre className="command">./sluice sign-in</pre>
    </Result>
  )
}
