import { expect, it } from 'vitest'
import { jobEnvironment } from './job-environment.ts'

const paths = { project: '/builds/card', builds: '/builds', files: '/builds/card.tmp' }
const variable = (key: string, value: string, more = {}) => ({ key, value, masked: false, file: false, ...more })

it.each([
  ['later ones win', [variable('A', '1'), variable('A', '2')], { A: '2' }],
  [
    'paths of the executor are filled in',
    [variable('A', '$CI_PROJECT_DIR/.npm:${CI_BUILDS_DIR}')],
    { A: '/builds/card/.npm:/builds' },
  ],
  ['not in raw ones', [variable('A', '$CI_PROJECT_DIR', { raw: true })], { A: '$CI_PROJECT_DIR' }],
  ['nothing else is expanded', [variable('A', '$CI_PROJECT_DIRS $B')], { A: '$CI_PROJECT_DIRS $B' }],
  ['a file variable holds a path', [variable('A', 'text', { file: true })], { A: '/builds/card.tmp/A' }],
  ['the project folder cannot be changed', [variable('CI_PROJECT_DIR', '/etc')], { CI_PROJECT_DIR: '/builds/card' }],
])('jobEnvironment(): %s', (_, variables, expected) => {
  expect(jobEnvironment({}, variables, paths).env).toMatchObject(expected)
})

it('jobEnvironment() leaves out what is no name and keeps the content of file variables', () => {
  const { env, files } = jobEnvironment({}, [variable('A;id', 'x'), variable('KEY', 'text', { file: true })], paths)
  expect(Object.keys(env)).not.toContain('A;id')
  expect(files).toEqual({ KEY: 'text' })
})

it('jobEnvironment() takes a name that means something to JavaScript', () => {
  const { env, files } = jobEnvironment({}, [variable('__proto__', 'text', { file: true })], paths)
  expect(Object.entries(env)).toContainEqual(['__proto__', '/builds/card.tmp/__proto__'])
  expect(Object.entries(files)).toEqual([['__proto__', 'text']])
})
