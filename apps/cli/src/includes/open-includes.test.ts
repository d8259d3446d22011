import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderCheckout } from '@sluice/git'
import { fixedClock } from '@sluice/kernel'
import type { FarSource, IncludeAnswer } from '@sluice/pipeline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openIncludes } from './open-includes.ts'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-includes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function git(folder: string, ...args: string[]): void {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'init.defaultBranch=main']
  execFileSync('git', [...who, ...args], {
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: folder },
  })
}

const clock = fixedClock(1_700_000_000_000)
const project: FarSource = { kind: 'project', key: 'p', project: 'group/ci', ref: null, path: 'a.yml', place: null }
const template: FarSource = { kind: 'template', key: 't', name: 'A.gitlab-ci.yml', place: null }

const open = async (folder: string, env: Record<string, string> = {}, refresh = false) => {
  const origin = (await FolderCheckout.find(folder))?.server ?? null
  return openIncludes({ folder, origin, refresh, clock, env })
}

async function readOnce(folder: string, env: Record<string, string>, source: FarSource): Promise<IncludeAnswer> {
  const includes = await open(folder, env)
  try {
    return await includes.source.read(source)
  } finally {
    await includes.close()
  }
}

describe('openIncludes()', () => {
  test('takes the server of the remote origin', async () => {
    const folder = scratch()
    git(folder, 'init', '--quiet')
    git(folder, 'remote', 'add', 'origin', 'https://ada:s3cret@gitlab.example.com:8443/group/card.git')
    expect((await open(folder)).variables).toEqual([
      { key: 'CI_SERVER_FQDN', value: 'gitlab.example.com:8443' },
      { key: 'CI_SERVER_HOST', value: 'gitlab.example.com' },
    ])
  })

  test('without a server a project is a mistake that says how to name one, and nothing is written for it', async () => {
    const folder = scratch()
    const includes = await open(folder)
    expect(includes.variables).toEqual([])
    expect(existsSync(join(folder, '.sluice'))).toBe(false)
    const answer = await includes.source.read(project)
    expect(answer.kind === 'missing' && answer.fault).toMatch(/set SLUICE_PROJECTS/)
  })

  test('reads projects in a folder of repositories, and keeps what it fetched in .sluice', async () => {
    const [folder, projects] = [scratch(), scratch()]
    const repository = join(projects, 'group/ci')
    mkdirSync(repository, { recursive: true })
    git(repository, 'init', '--quiet')
    writeFileSync(join(repository, 'a.yml'), 'a: {}\n')
    git(repository, 'add', '-A')
    git(repository, 'commit', '--quiet', '-m', 'a')
    const env = { SLUICE_PROJECTS: projects }
    expect(await readOnce(folder, env, project)).toMatchObject({ kind: 'text', text: 'a: {}\n' })
    rmSync(projects, { recursive: true })
    expect(await readOnce(folder, env, project)).toMatchObject({ kind: 'text', text: 'a: {}\n' })
    const refreshed = await open(folder, env, true)
    expect(await refreshed.source.read(project)).toMatchObject({ kind: 'missing' })
  })

  test('reads templates in a folder', async () => {
    const [folder, templates] = [scratch(), scratch()]
    writeFileSync(join(templates, 'A.gitlab-ci.yml'), 'a: {}\n')
    const env = { SLUICE_TEMPLATES: templates }
    expect(await readOnce(folder, env, template)).toEqual({ kind: 'text', text: 'a: {}\n' })
    const none = await readOnce(folder, env, { ...template, name: 'B.gitlab-ci.yml' })
    expect(none.kind === 'missing' && none.fault).toMatch(/has no such template/)
  })

  test('an address of a server that cannot be read is refused', async () => {
    await expect(open(scratch(), { SLUICE_PROJECTS: 'nowhere' })).rejects.toThrow(/Cannot read SLUICE_PROJECTS/)
  })
})
