import type { UseQueryResult } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useTexts } from '../i18n/text-context.ts'
import { Failure } from './failure.tsx'

/** Shows a query: a skeleton at first, the error with a way out, else its data; old data stays while new comes. */
export function QueryView<Data>(props: { query: UseQueryResult<Data>; children: (data: Data) => ReactNode }) {
  const { t } = useTexts()
  const { query } = props
  if (query.data !== undefined) return props.children(query.data)
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />
  return (
    <div className="page" role="status" aria-label={t('page.loading')}>
      <Skeleton active paragraph={{ rows: 3 }} />
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  )
}
