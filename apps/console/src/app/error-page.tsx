import { useRouteError } from 'react-router'
import { Failure } from '../shared/ui/failure.tsx'

/** When a page itself broke: what happened, and the way to load it again. */
export function ErrorPage() {
  return <Failure error={useRouteError()} retry={() => location.reload()} />
}
