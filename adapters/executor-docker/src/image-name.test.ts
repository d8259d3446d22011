import { expect, it } from 'vitest'
import { registryOf, taggedName } from './image-name.ts'

it.each([
  ['debian', 'debian:latest', 'https://index.docker.io/v1/'],
  ['debian:12', 'debian:12', 'https://index.docker.io/v1/'],
  ['docker.io/library/debian', 'docker.io/library/debian:latest', 'https://index.docker.io/v1/'],
  ['localhost/a', 'localhost/a:latest', 'localhost'],
  ['registry.example.org:5000/a/b', 'registry.example.org:5000/a/b:latest', 'registry.example.org:5000'],
  ['registry.example.org/a@sha256:01', 'registry.example.org/a@sha256:01', 'registry.example.org'],
])('an image named %s', (name, tagged, registry) => {
  expect([taggedName(name), registryOf(name)]).toEqual([tagged, registry])
})

it.each(['', 'debian:$TAG', 'debian:', 'a b', 'registry/'])('taggedName() refuses "%s"', (name) => {
  expect(() => taggedName(name)).toThrow(expect.objectContaining({ code: 'EXECUTOR_DOCKER_IMAGE_NAME' }))
})
