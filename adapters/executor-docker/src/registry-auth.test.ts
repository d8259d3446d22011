import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { registryAuth } from './registry-auth.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-docker-config-'))
  vi.stubEnv('DOCKER_CONFIG', folder)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const settings = (content: object): void => writeFileSync(join(folder, 'config.json'), JSON.stringify(content))
const image = 'registry.example.org/a'
const as = (username: string, password: string) => ({ username, password, serveraddress: 'registry.example.org' })

it('registryAuth() knows nobody where nothing is said, and where what is said is no JSON', async () => {
  expect(await registryAuth(image, undefined)).toBeUndefined()
  expect(await registryAuth(image, '{')).toBeUndefined()
})

it('registryAuth() takes the job’s word before that of the machine', async () => {
  settings({ auths: { 'registry.example.org': { auth: base64('machine:1') } } })
  const ofJob = JSON.stringify({ auths: { 'https://registry.example.org': { auth: base64('job:a:b') } } })
  expect(await registryAuth(image, undefined)).toEqual(as('machine', '1'))
  expect(await registryAuth(image, ofJob)).toEqual(as('job', 'a:b'))
  expect(await registryAuth('other.example.org/a', ofJob)).toBeUndefined()
})

it('registryAuth() asks the program that keeps passwords, where the machine names it and not where a job does', async () => {
  const program = join(folder, 'docker-credential-test')
  writeFileSync(program, '#!/bin/sh\nread server\necho "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"kept\\"}"\n')
  chmodSync(program, 0o755)
  expect(await registryAuth(image, JSON.stringify({ credsStore: 'test' }))).toBeUndefined()
  settings({ credsStore: 'test' })
  expect(await registryAuth(image, undefined)).toEqual(as('registry.example.org', 'kept'))
})
