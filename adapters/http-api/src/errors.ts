import { errorTable } from '@sluice/kernel'

/** Codes of `adapters/http-api`. */
export const errors = errorTable({
  HTTP_BODY_INVALID: {
    summary: 'The body of a request is not what the route takes.',
    remedy: 'Compare it with the route in contracts/src/api/routes.ts; the message names the field.',
  },
  HTTP_BODY_TOO_LARGE: {
    summary: 'The body of a request has more bytes than the route takes.',
    remedy: 'Send less; 2 MiB of JSON, 8 MiB of a log at a time and 4 GiB of an artifact are taken.',
  },
  HTTP_FORBIDDEN: {
    summary: 'The caller has no permission for this route.',
    remedy: 'Sign in with the link of `./sluice sign-in`, or use the command line on the server’s machine.',
  },
  HTTP_WRONG_HOST: {
    summary: 'The request names a host that this server is not.',
    remedy:
      'Use the address that the command printed. The check keeps other sites from reaching the server through a browser.',
  },
  HTTP_WRONG_ORIGIN: {
    summary: 'A write came from a page of another origin, or without the session’s CSRF token.',
    remedy: 'Reload the console and try again.',
  },
  HTTP_NOT_FOUND: {
    summary: 'There is no such route.',
    remedy: 'Look at contracts/src/api/routes.ts for the routes that exist.',
  },
  HTTP_SIGN_IN_LINK_USED: {
    summary: 'A sign-in link was used before, is older than five minutes, or was never given.',
    remedy: 'Run `./sluice sign-in` for a new one.',
  },
  HTTP_INTERNAL: {
    summary: 'The server met a fault of its own.',
    remedy: 'Look at the server’s log in the data folder; the message there has the same request id.',
  },
})
