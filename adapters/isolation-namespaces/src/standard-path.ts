/** Where programs are looked for, outside (for the sandbox's own tools) and inside by default. */
export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
