import { expect, it } from 'vitest'
import { serviceAliases } from './service-aliases.ts'

it.each([
  ['postgres:16', null, ['postgres']],
  ['tutum/wordpress:latest', null, ['tutum__wordpress', 'tutum-wordpress']],
  ['registry.example.org:5000/a/b:1', null, ['registry.example.org__a__b', 'registry.example.org-a-b']],
  ['registry.example.org:5000/b', null, ['registry.example.org__b', 'registry.example.org-b']],
  ['redis@sha256:0123', null, ['redis']],
  ['redis:7@sha256:0123', null, ['redis']],
  ['mysql', 'db', ['db', 'mysql']],
  ['a/b', 'one, two  three', ['one', 'two', 'three', 'a__b', 'a-b']],
  ['mysql', 'mysql', ['mysql']],
])('serviceAliases() of %s, alias %s', (name, alias, expected) => {
  expect(serviceAliases({ name, alias })).toEqual(expected)
})
