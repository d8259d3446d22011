import { SluiceError } from '@sluice/kernel'

/**
 * An image's name as the engine is asked for it: without tag and digest it would give all tags.
 * @throws SluiceError EXECUTOR_DOCKER_IMAGE_NAME
 */
export function taggedName(name: string): string {
  if (name === '' || /[\s$]/.test(name) || /[:/@]$/.test(name))
    throw new SluiceError(
      'EXECUTOR_DOCKER_IMAGE_NAME',
      `Cannot use image "${name.slice(0, 200)}": wanted a name such as "debian:12", in which every variable has a value`,
    )
  return name.includes('@') || /:[^/]+$/.test(name) ? name : `${name}:latest`
}

/** The registry of an image, by the name that Docker's settings have for it. */
export function registryOf(name: string): string {
  const [first = '', ...more] = name.split('/')
  const isRegistry = more.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  return isRegistry && first !== 'docker.io' ? first : 'https://index.docker.io/v1/'
}
