const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')

const version = readFileSync('version.txt', 'utf8').trim()
const server = createServer((_, response) => response.end(version))
server.listen(Number(process.env.PORT), process.env.HOST)
process.once('SIGTERM', () => server.close())
