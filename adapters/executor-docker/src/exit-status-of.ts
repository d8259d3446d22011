/**
 * The exit status in the answer to `POST /containers/{id}/wait`: `{"StatusCode": 0, "Error": {"Message": "…"}}` (Docker
 * Engine API). `null` where it has none, as when the engine ended meanwhile, or says that it could not wait.
 */
export function exitStatusOf(answer: string): number | null {
  try {
    const { StatusCode, Error: failure } = JSON.parse(answer) as Record<string, unknown>
    const words = (failure as { Message?: unknown } | null | undefined)?.Message ?? ''
    return typeof StatusCode === 'number' && words === '' ? StatusCode : null
  } catch {
    return null
  }
}
