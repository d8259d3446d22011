import manifest from '../package.json' with { type: 'json' }

/** Of the platform; all its packages share it. */
export const version: string = manifest.version
