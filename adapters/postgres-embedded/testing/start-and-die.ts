/** Starts PostgreSQL and is killed at once, as by `kill -9`. Arguments: data folder, runtime folder, log file. */
import { startPostgres } from '../src/index.ts'
import { sandbox } from './sandbox.ts'

const [dataFolder = '', runtimeFolder = '', logFile = ''] = process.argv.slice(2)
const isolation = process.getuid?.() === 0 ? { isolation: sandbox } : {}
const running = await startPostgres({ dataFolder, runtimeFolder, logFile, ...isolation })
process.stdout.write(`${running.pid}\n`, () => process.kill(process.pid, 'SIGKILL'))
