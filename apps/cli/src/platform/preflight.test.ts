import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { scratchFolder } from '../../testing/scratch.ts'
import { checkGit, checkPlatform, checkPort } from './preflight.ts'

async function listen(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('a busy port is named with the process that has it, and a way out', async () => {
  const port = await listen()
  const holder = process.platform === 'linux' ? `process ${process.pid} (` : 'another process'
  await expect(checkPort(port, 'the console')).rejects.toMatchObject({
    code: 'CLI_PORT_BUSY',
    message: expect.stringMatching(
      new RegExp(String.raw`^Cannot use port ${port} .*${holder.replace('(', String.raw`\(`)}.*--port`),
    ),
  })
})

test('a free port is free again after the check', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await checkPort(port, 'the console')
  await expect(checkPort(port, 'the console')).resolves.toBeUndefined()
})

test.each([
  ['linux', 'x64', true],
  ['linux', 'arm64', true],
  ['darwin', 'arm64', false],
  ['win32', 'x64', false],
] as const)('%s on %s', (platform, arch, isFine) => {
  const check = (): void => checkPlatform(platform, arch)
  if (isFine) expect(check).not.toThrow()
  else expect(check).toThrow(`Cannot start on ${platform}-${arch}`)
})

test('a machine without git is told how to install it', async () => {
  vi.stubEnv('PATH', scratchFolder())
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(checkGit()).rejects.toMatchObject({ code: 'GIT_MISSING', message: expect.stringContaining('install') })
})
