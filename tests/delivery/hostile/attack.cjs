// Runs as a job of a project and tries to get what no job may have. `plan.json` names the targets.
const { execFileSync } = require('node:child_process')
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs')
const { request } = require('node:http')
const { connect } = require('node:net')
const plan = require('./plan.json')

// In two parts, so that this job's own files do not hold it.
const secret = plan.secret.join('')

const say = (what, got) => process.stdout.write(`ATTEMPT ${got ? 'GOT' : 'DENIED'} ${what}\n`)
const tryTo = (what, attempt) => {
  try {
    say(what, attempt() !== false)
  } catch {
    say(what, false)
  }
}

function reach(what, socket) {
  return new Promise((resolve) => {
    const connection = connect(socket)
    const end = (got) => {
      connection.destroy()
      say(what, got)
      resolve()
    }
    connection.once('connect', () => end(true))
    connection.once('error', () => end(false))
  })
}

/** Counts as got when the server takes the call. */
function ask(what, method, path, body, headers = {}) {
  return new Promise((resolve) => {
    const sent = request(`${plan.url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers } })
    sent.once('response', (answer) => {
      answer.resume()
      say(`${what} (status ${answer.statusCode})`, answer.statusCode < 400)
      resolve()
    })
    sent.once('error', () => {
      say(what, false)
      resolve()
    })
    sent.end(method === 'GET' ? undefined : JSON.stringify(body ?? {}))
  })
}

/** Whether a text can be found in any file or environment that this job can read below the places. */
function find(text, places, depth = 4) {
  return places.some((place) => {
    try {
      return readdirSync(place, { withFileTypes: true }).some((entry) => {
        const path = `${place}/${entry.name}`
        if (entry.isDirectory()) return depth > 0 && find(text, [path], depth - 1)
        return entry.isFile() && readFileSync(path, 'latin1').includes(text)
      })
    } catch {
      return false
    }
  })
}

function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
}

async function main() {
  for (const path of plan.files) tryTo(`read ${path}`, () => readFileSync(path))
  for (const path of plan.folders) tryTo(`list ${path}`, () => readdirSync(path))
  for (const path of plan.folders) tryTo(`write into ${path}`, () => writeFileSync(`${path}/hostile`, 'x'))
  for (const path of ['/etc/hostile', '/usr/bin/hostile', '/hostile'])
    tryTo(`write ${path}`, () => writeFileSync(path, 'x'))
  for (const pid of plan.pids) {
    tryTo(`read the environment of process ${pid}`, () => readFileSync(`/proc/${pid}/environ`))
    tryTo(`look through the root of process ${pid}`, () => readdirSync(`/proc/${pid}/root${plan.folders[0]}`))
    tryTo(`signal process ${pid}`, () => process.kill(pid, 0))
  }
  const others = processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(secret)
    } catch {
      return false
    }
  })
  say('find the other job among the processes', others.length > 0)
  say('see more processes than its own', processes().length > 30)
  const roots = processes().map((pid) => `/proc/${pid}/root/builds`)
  say('find the file of the other job', find(secret, ['/builds', '/tmp', '/home', '/dev/shm', '/var/tmp', ...roots]))
  tryTo('become root', () => process.setuid(0) === undefined && execFileSync('mount', ['-t', 'tmpfs', 'x', '/mnt']))
  tryTo('use sudo', () => execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' }))
  tryTo('mount in a namespace of its own', () =>
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'ls', plan.folders[0]], { stdio: 'ignore' }),
  )
  for (const socket of plan.sockets) await reach(`connect to ${socket}`, socket)
  for (const socket of plan.sockets) say(`see ${socket}`, existsSync(socket))
  await reach('connect to PostgreSQL by TCP', { host: '127.0.0.1', port: 5432 })
  const own = process.env.CI_JOB_TOKEN
  const bearer = {
    authorization: `Bearer ${own}`,
    'private-token': own,
    'job-token': own,
    cookie: `sluice_session=${own}`,
  }
  const person = {
    origin: plan.url,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-user': 'root',
    'x-remote-user': 'root',
  }
  for (const [who, headers] of Object.entries({ nobody: {}, 'its own token': bearer, 'a made-up person': person })) {
    const run = { ref: 'main', deliver: true }
    await ask(`begin a run as ${who}`, 'POST', `/api/projects/${plan.project}/runs`, run, headers)
    await ask(`cancel its run as ${who}`, 'POST', `/api/runs/${process.env.CI_PIPELINE_ID}/cancel`, {}, headers)
    await ask(
      `accept its producers as ${who}`,
      'POST',
      `/api/runs/${plan.run}/accept-producers`,
      { reason: 'mine' },
      headers,
    )
    await ask(`make a sign-in link as ${who}`, 'POST', '/api/sign-in-links', undefined, headers)
    await ask(`register a runner as ${who}`, 'POST', '/api/runners', { name: 'hostile', tags: [] }, headers)
    await ask(`stop the server as ${who}`, 'POST', '/api/server/stop', { services: true }, headers)
    await ask(`register a folder as ${who}`, 'POST', '/api/projects', { slug: 'x', name: 'x', folder: '/etc' }, headers)
  }
  await ask('sign in', 'POST', '/api/session', { token: 'sign-'.padEnd(48, 'a') }, person)
  const id = Number(process.env.CI_JOB_ID)
  await ask('take a job with its own token', 'POST', '/api/v4/jobs/request', { token: own, info: {} })
  for (const other of [id - 1, id + 1]) {
    await ask(`end job ${other}`, 'PUT', `/api/v4/jobs/${other}`, { token: own, state: 'success' })
  }
  const basic = { authorization: `Basic ${Buffer.from(`gitlab-ci-token:${own}`).toString('base64')}` }
  for (const path of plan.otherRepositories) await ask(`fetch ${path}`, 'GET', path, undefined, basic)
  process.stdout.write('ATTEMPTS END\n')
}

void main()
