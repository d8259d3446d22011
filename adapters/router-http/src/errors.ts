import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  ROUTER_HTTP_UNREACHABLE: {
    summary: 'The router does not answer on its control socket.',
    remedy: 'Start the router, or wait until it is up; it keeps its last table meanwhile.',
  },
  ROUTER_HTTP_REFUSED: {
    summary: 'The router answered a call with a fault.',
    remedy: 'Read the message: it is the words of the router.',
  },
})
