import { join } from 'node:path'
import type { Plan } from '@sluice/contracts/plan'
import { developerGit } from '@sluice/git/testing'
import { canonicalJson } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import type { EventOptions } from '../event/event-options.ts'
import { hideSecrets } from '../event/hide-secrets.ts'
import { compileFolder } from './compile-folder.ts'

const pipeline = `
variables: { GREETING: hello, IMAGE: "registry/$TOKEN" }
all: { image: $IMAGE, script: [make], variables: { GREETING: of the job } }
docs: { script: [make], rules: [{ changes: [docs/**/*] }] }
`

/** A checkout with main, and topic on top of it, which is checked out and changes docs. */
function checkout(): string {
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline, 'src/a.c': '\n' })
  const git = (...args: string[]): string => developerGit(folder, ...args)
  git('init', '-q')
  git('remote', 'add', 'origin', 'https://git.example.org/bank/credit/card.git')
  git('add', '.')
  git('commit', '-qm', 'feat: begin')
  git('checkout', '-qb', 'topic')
  writeFiles(folder, { 'docs/a.md': 'a\n' })
  git('add', '.')
  git('commit', '-qm', 'docs: say it\n\nTwice.')
  git('tag', '-a', 'v1', '-m', 'Version one')
  return folder
}

async function planOf(folder: string, options: EventOptions = {}): Promise<Plan> {
  const result = await compileFolder(folder, options)
  if (result.kind === 'plan') return result.plan
  throw new Error(result.mistakes.map(({ message }) => message).join('\n'))
}

async function variablesOf(folder: string, options: EventOptions = {}): Promise<Record<string, string>> {
  const [all] = (await planOf(folder, options)).jobs
  return Object.fromEntries((all?.variables ?? []).map(({ key, value }) => [key, value]))
}

const namesOf = ({ jobs }: Plan): string[] => jobs.map(({ name }) => name)

describe('the event', () => {
  test('a push tells the commit, the branch and the project as Git knows them', async () => {
    const folder = checkout()
    expect(await variablesOf(folder)).toMatchObject({
      CI_PIPELINE_SOURCE: 'push',
      CI_COMMIT_SHA: developerGit(folder, 'rev-parse', 'HEAD'),
      CI_COMMIT_BEFORE_SHA: developerGit(folder, 'rev-parse', 'main'),
      CI_COMMIT_BRANCH: 'topic',
      CI_COMMIT_TITLE: 'docs: say it',
      CI_COMMIT_DESCRIPTION: 'Twice.',
      CI_COMMIT_AUTHOR: 'Ada <ada@example.org>',
      CI_COMMIT_TIMESTAMP: '2023-11-14T22:15:00.000Z',
      CI_COMMIT_REF_PROTECTED: 'false',
      CI_DEFAULT_BRANCH: 'main',
      CI_PROJECT_PATH: 'bank/credit/card',
      CI_PROJECT_ROOT_NAMESPACE: 'bank',
    })
  })

  test('a merge request tells source, target and what both share', async () => {
    const folder = checkout()
    const values = await variablesOf(folder, { event: 'merge_request' })
    expect(values).toMatchObject({
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_IID: '1',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'topic',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: developerGit(folder, 'rev-parse', 'main'),
      CI_OPEN_MERGE_REQUESTS: 'bank/credit/card!1',
      CI_COMMIT_BEFORE_SHA: '0'.repeat(40),
    })
    expect(values).not.toHaveProperty('CI_COMMIT_BRANCH')
  })

  test('a tag tells its name and its text', async () => {
    const values = await variablesOf(checkout(), { event: 'tag' })
    expect(values).toMatchObject({ CI_COMMIT_TAG: 'v1', CI_COMMIT_TAG_MESSAGE: 'Version one' })
    expect(values).not.toHaveProperty('CI_COMMIT_BRANCH')
  })

  test('content in no commit is a commit of its own, on top of the one that is checked out', async () => {
    const folder = writeFiles(checkout(), { 'src/a.c': 'int a;\n' })
    const values = await variablesOf(folder)
    expect(values['CI_COMMIT_BEFORE_SHA']).toBe(developerGit(folder, 'rev-parse', 'HEAD'))
    expect(values['CI_COMMIT_SHA']).not.toBe(values['CI_COMMIT_BEFORE_SHA'])
    expect(values['CI_COMMIT_TITLE']).toMatch(/^Local changes in /)
  })
})

describe('what changed', () => {
  test.each([
    ['since main, on another branch', {}, {}, ['all', 'docs']],
    ['since the parent, on main', {}, { branch: 'main' }, ['all', 'docs']],
    ['since HEAD, on main with edits', { 'src/a.c': 'int a;\n' }, { branch: 'main' }, ['all']],
    ['as the command line says', {}, { changed: ['./src/a.c'] }, ['all']],
    ['everything, for a schedule', {}, { event: 'schedule', branch: 'main' }, ['all', 'docs']],
    ['everything, for a tag', { 'docs/a.md': '' }, { tag: 'v2' }, ['all', 'docs']],
  ] as [string, Record<string, string>, EventOptions, string[]][])('%s', async (_, edits, options, names) => {
    expect(namesOf(await planOf(writeFiles(checkout(), edits), options))).toEqual(names)
  })
})

test('variables of the command line win over those of a job, and secrets are hidden from whoever reads the plan', async () => {
  const folder = writeFiles(checkout(), { 'secrets.env': 'TOKEN=s3cr3t-value\n' })
  const options = { var: ['GREETING=of the command line'], varFile: [join(folder, 'secrets.env')] }
  expect(await variablesOf(folder, options)).toMatchObject({
    GREETING: 'of the command line',
    TOKEN: 's3cr3t-value',
    IMAGE: 'registry/s3cr3t-value',
  })
  const shown = hideSecrets(await planOf(folder, options))
  expect(shown.jobs[0]?.image?.name).toBe('[masked]')
  expect(canonicalJson(shown)).not.toContain('s3cr3t')
})

describe('files that Git does not track', () => {
  test('are left out and named, unless they are wanted', async () => {
    const folder = writeFiles(checkout(), { 'new.txt': 'n\n' })
    expect((await compileFolder(folder, {})).leftOut).toEqual(['new.txt'])
    expect((await compileFolder(folder, { includeUntracked: true })).leftOut).toEqual([])
  })

  test('are all there is without a checkout', async () => {
    const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline })
    expect(await compileFolder(folder, {})).toMatchObject({ kind: 'plan', leftOut: [] })
  })
})

test.each([
  ['committed', (): string => checkout()],
  ['edited', (): string => writeFiles(checkout(), { 'src/a.c': 'int a;\n' })],
  ['in no checkout', (): string => writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline })],
])('the same content, %s, gives the same plan to the byte', async (_, folderOf) => {
  const folder = folderOf()
  const [first, second] = [await planOf(folder), await planOf(folder)]
  expect(canonicalJson(first)).toBe(canonicalJson(second))
})
