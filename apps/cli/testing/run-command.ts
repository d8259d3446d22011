/** Runs one command on another checkout. Arguments: `up` or `down`, its options as JSON. */
import { down } from '../src/commands/down.ts'
import { up, type UpOptions } from '../src/commands/up.ts'
import { sayError } from '../src/say-error.ts'
import { watchOutput } from '../src/terminal/watch-output.ts'

const output = watchOutput()
const [name, options = '{}'] = process.argv.slice(2)
const parsed = JSON.parse(options) as UpOptions
try {
  process.exit(await output.settle(name === 'up' ? await up(parsed) : await down(parsed)))
} catch (error) {
  sayError(error)
  process.exit(3)
}
