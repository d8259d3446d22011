import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { canSandbox, sandbox } from '../testing/sandbox.ts'
import { describeBinaries, findBinaries } from './binaries.ts'
import { findPostmaster } from './find-postmaster.ts'
import { chooseRuntimeFolder } from './runtime-folder.ts'
import { startPostgres, stopPostgres, type PostgresOptions } from './start-postgres.ts'

const isRoot = process.getuid?.() === 0
/** As root a sandbox is needed to be somebody else; where the machine allows none, these tests cannot run. */
const canRun = !isRoot || canSandbox()

async function place(): Promise<PostgresOptions> {
  const data = mkdtempSync(join(tmpdir(), 'sluice-pg-'))
  const dataFolder = join(data, 'postgres')
  onTestFinished(async () => {
    await stopPostgres(dataFolder)
    rmSync(data, { recursive: true, force: true })
  })
  return {
    dataFolder,
    runtimeFolder: await chooseRuntimeFolder(data),
    logFile: join(data, 'postgres.log'),
    ...(isRoot ? { isolation: sandbox } : {}),
  }
}

/** What the server asks of one who says hello: PostgreSQL's protocol 3.0, "Authentication", code 10 is SASL. */
async function authenticationAsked(socketFolder: string): Promise<number> {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const hello = Buffer.alloc(8)
  hello.writeInt32BE(8 + parameters.length, 0)
  hello.writeInt32BE(196_608, 4)
  const socket = connect(join(socketFolder, '.s.PGSQL.5432'))
  socket.write(Buffer.concat([hello, parameters]))
  const [answer] = (await socket.take(1).toArray()) as [Buffer]
  socket.destroy()
  return answer.readInt32BE(5)
}

describe.runIf(canRun)('PostgreSQL (needs a user that is not root, or a sandbox for one)', { timeout: 60_000 }, () => {
  test('starts on an empty folder, on a private socket only, and wants a password', async () => {
    const options = await place()
    const running = await startPostgres(options)
    expect(running.adopted).toBe(false)
    expect(statSync(options.runtimeFolder).mode & 0o777).toBe(0o700)
    expect(statSync(running.socketFolder).mode & 0o777).toBe(isRoot ? 0o711 : 0o700)
    expect(await authenticationAsked(running.socketFolder)).toBe(10)
    expect(running.uri('sluice')).toContain(`@/sluice?host=${encodeURIComponent(running.socketFolder)}`)
    expect(statSync(`${options.dataFolder}.password`).mode & 0o777).toBe(0o600)
    expect(statSync(`/proc/${running.pid}`).uid).not.toBe(0)
    expect(listeningPorts(running.pid)).toEqual([])
    await running.stop()
    expect(await findPostmaster(options.dataFolder)).toBeNull()
    expect(existsSync(join(options.dataFolder, 'postmaster.pid'))).toBe(false)
    expect(readdirSync(running.socketFolder)).toEqual([])
  })

  test('is found running by a second start, which starts nothing', async () => {
    const options = await place()
    const first = await startPostgres(options)
    const second = await startPostgres(options)
    expect(second).toMatchObject({ adopted: true, pid: first.pid, password: first.password })
  })

  test('outlives the process that started it, also when that is killed', async () => {
    const options = await place()
    const script = join(import.meta.dirname, '../testing/start-and-die.ts')
    const args = [script, options.dataFolder, options.runtimeFolder, options.logFile]
    const died = (await promisify(execFile)(process.execPath, args).catch((error: unknown) => error)) as {
      signal: string
      stdout: string
    }
    expect(died.signal).toBe('SIGKILL')
    expect(await startPostgres(options)).toMatchObject({ adopted: true, pid: Number(died.stdout) })
  })

  test('starts again after it was killed', async () => {
    const options = await place()
    const first = await startPostgres(options)
    process.kill(first.pid, 'SIGKILL')
    const second = await startPostgres(options)
    expect(second.adopted).toBe(false)
    expect(await authenticationAsked(second.socketFolder)).toBe(10)
  })

  test('starts though a lock file names a process that lives and is somebody else', async () => {
    const options = await place()
    await (await startPostgres(options)).stop()
    writeFileSync(
      join(options.dataFolder, 'postmaster.pid'),
      `${process.pid}\n${options.dataFolder}\n1\n5432\n/tmp\n\n\nready\n`,
    )
    expect((await startPostgres(options)).adopted).toBe(false)
  })

  test('starts from programs whose links npm did not make, and writes nothing beside them', async () => {
    const options = await place()
    const copy = join(options.dataFolder, '..', 'package', 'native')
    const original = (await findBinaries()).nativeFolder
    cpSync(original, copy, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
    const binaries = await describeBinaries(copy)
    expect(Object.keys(binaries.missingLinks)).toContain('libpq.so.5')
    await startPostgres({ ...options, binaries })
    expect(existsSync(join(copy, 'lib', 'libpq.so.5'))).toBe(false)
  })

  test('begins anew when making the database was cut off', async () => {
    const options = await place()
    cpSync(import.meta.dirname, `${options.dataFolder}.new`, { recursive: true })
    expect((await startPostgres(options)).adopted).toBe(false)
    expect(existsSync(`${options.dataFolder}.new`)).toBe(false)
  })

  test.each([
    ['PG_VERSION is gone', 'POSTGRES_DATA_CORRUPT', (folder: string) => rmSync(join(folder, 'PG_VERSION'))],
    [
      'pg_control is cut',
      'POSTGRES_DATA_CORRUPT',
      (folder: string) => truncateSync(join(folder, 'global/pg_control'), 99),
    ],
    [
      'the log is gone',
      'POSTGRES_DATA_CORRUPT',
      (folder: string) => rmSync(join(folder, 'pg_wal'), { recursive: true }),
    ],
    [
      'it is of version 17',
      'POSTGRES_DATA_VERSION',
      (folder: string) => writeFileSync(join(folder, 'PG_VERSION'), '17\n'),
    ],
    ['the password is gone', 'POSTGRES_PASSWORD_MISSING', (folder: string) => rmSync(`${folder}.password`)],
  ])('says in one sentence when %s', async (_name, code, damage) => {
    const options = await place()
    await (await startPostgres(options)).stop()
    damage(options.dataFolder)
    await expect(startPostgres(options)).rejects.toMatchObject({ code, message: expect.not.stringContaining('\n') })
  })
})

test.runIf(isRoot)('as root without a sandbox PostgreSQL is not started (root only)', async () => {
  const { isolation: _none, ...options } = await place()
  await expect(startPostgres(options)).rejects.toMatchObject({ code: 'POSTGRES_ROOT_UNISOLATED' })
})

/** The TCP sockets that a process listens on, as lines of /proc/net/tcp (proc_net(5): state 0A, inode in field 10). */
function listeningPorts(pid: number): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]))
  const table = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8')).join('')
  return table.split('\n').filter((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[3] === '0A' && own.has(fields[9])
  })
}
