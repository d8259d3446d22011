import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  ROUTER_CONFIG_INVALID: {
    summary: 'The router was started with a configuration that it cannot read.',
    remedy: 'Give --config with a JSON file, or --control and --state with absolute paths.',
  },
  ROUTER_ALREADY_RUNS: {
    summary: 'Another router answers on the control socket.',
    remedy: 'Use the router that runs, or end it first.',
  },
  ROUTER_REQUEST_INVALID: {
    summary: 'A call of the control API is not as the contract says.',
    remedy: 'Send the JSON of a routerSite to PUT /sites/:name; the message says what is wrong.',
  },
  ROUTER_WEIGHTS_INVALID: {
    summary: 'The weights of a site add up to neither 100 nor 0, or two backends have one id.',
    remedy: 'Give weights in whole per cent that add up to 100, or all 0 to answer 503.',
  },
  ROUTER_GENERATION_STALE: {
    summary: "A writer gave an older table than the router has, or another table under the same generation's number.",
    remedy: 'Read the status of the site and give the next table a higher generation.',
  },
  ROUTER_PORT_UNAVAILABLE: {
    summary: 'The port of a site cannot be listened on.',
    remedy: 'End the program that uses the port, or give the site another one.',
  },
  ROUTER_STATE_DAMAGED: {
    summary: 'The table on disk cannot be read.',
    remedy: 'Move the file away; the server gives the router its sites again.',
  },
})
