/** How jobs are run, and the image of those that name none. */
export interface ExecutorChoice {
  /** `auto`: in containers those that name an image or services, if a Docker engine answers. */
  kind: 'process' | 'docker' | 'auto'
  image?: string | undefined
}
