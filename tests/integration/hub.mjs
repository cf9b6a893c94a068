// A hub for one test file: made in a temporary folder, filled, served on a free port, ended and removed afterwards.
//
//	const hub = await startHub({import: [starter]})
//	const page = await hub.get('/browse')
//	await hub.stop()
import {spawn, spawnSync} from 'node:child_process'
import {appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
export const source = process.env.POLDER_SOURCE ?? join(here, '..', '..')
export const starter = join(source, 'starter')
const build = process.env.POLDER_BUILD ?? join(source, 'build')
const program = ['polder-hub', 'polder'].map((name) => join(build, name)).find(existsSync)

class Hub {
  constructor(folder) {
    this.folder = folder
    this.dir = join(folder, 'hub')
    this.env = process.env
    this.shift = 0
  }

  // Runs a command on the hub; what it prints, parsed when it is JSON.
  polder(...args) {
    const r = spawnSync(program, [...args, '--hub', this.dir], {encoding: 'utf8', maxBuffer: 1 << 28, env: this.env})
    if (r.status !== 0) throw new Error(`polder ${args.join(' ')}: ${r.status}\n${r.stdout}${r.stderr}`)
    return args.includes('--json') ? JSON.parse(r.stdout) : r.stdout
  }

  // Lets the hub's clock, which the test keeps in a file, stand so many seconds further on.
  later(seconds) {
    this.shift += seconds
    writeFileSync(this.env.POLDER_CLOCK_FILE, `${this.shift}\n`)
  }

  // A file in the test's folder.
  file(name, content) {
    const path = join(this.folder, name)
    writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content))
    return path
  }

  serve(port = 0) {
    this.process = spawn(program, ['serve', '--hub', this.dir, '--listen', `127.0.0.1:${port}`, ...(this.logged ? ['--log'] : [])], {stdio: ['ignore', 'pipe', 'pipe'], env: this.env})
    this.errors = ''
    this.ended = new Promise((done) => this.process.on('exit', (status, signal) => done({status, signal})))
    this.process.stderr.on('data', (bytes) => (this.errors += bytes))
    return new Promise((done, failed) => {
      let words = ''
      this.process.stdout.on('data', (bytes) => {
        words += bytes
        const at = words.match(/Listening on http:\/\/([\d.]+):(\d+)\n/)
        if (!at) return
        this.host = at[1]
        this.port = Number(at[2])
        done(this)
      })
      this.ended.then(({status}) => failed(new Error(`serve ended with ${status}: ${words}${this.errors}`)))
    })
  }

  // One request with what body there is; the answer's body as text (unless raw), headers in small letters.
  request(path, {method = 'GET', headers = {}, raw = false, body} = {}) {
    return new Promise((done, failed) => {
      const options = {host: this.host, port: this.port, path, method, headers: {accept: 'text/html', ...(body !== undefined && {'content-length': Buffer.byteLength(body)}), ...headers}, agent: false}
      const request = http.request(options, (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () => {
          const bytes = Buffer.concat(parts)
          done({status: response.statusCode, headers: response.headers, bytes, text: raw ? '' : bytes.toString('utf8')})
        })
      })
      request.on('error', failed)
      request.end(body)
    })
  }
  get(path, headers) {
    return this.request(path, {headers})
  }
  async json(path) {
    const answer = await this.request(path, {headers: {accept: 'application/json'}})
    return {...answer, body: JSON.parse(answer.text)}
  }

  // Bytes of memory that the server itself takes, without files that are mapped.
  memory() {
    return Number(readFileSync(`/proc/${this.process.pid}/status`, 'utf8').match(/RssAnon:\s+(\d+) kB/)[1]) * 1024
  }

  // Ends the server and starts it again at the same address: what it kept in memory is gone.
  async restart() {
    await this.end()
    await this.serve(this.port)
  }

  // Ends the server; it may serve again.
  async end() {
    if (this.process && this.process.exitCode === null) this.process.kill('SIGTERM')
    return this.process ? await this.ended : null
  }
  async stop() {
    const ended = await this.end()
    rmSync(this.folder, {recursive: true, force: true})
    return ended
  }
}

// A port of this machine that was free a moment ago.
export function freePort() {
  return new Promise((done, failed) => {
    const server = net.createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address()
      server.close(() => done(port))
    })
  })
}

// import: folders or files of Polder's own form. records: such records themselves.
// clock: the hub's clock may be moved (hub.later).
// conf: lines for the end of polder.conf; or what gives them for the hub's address, which is settled then.
// logged: with the access log, which goes to hub.errors.
export async function startHub({import: paths = [], records = null, name = 'Test hub', conf = '', logged = false, clock = false} = {}) {
  if (!program) throw new Error(`there is no polder-hub in ${build}: set POLDER_BUILD to the build folder`)
  const hub = new Hub(mkdtempSync(join(tmpdir(), 'polder-test-')))
  if (clock) {
    hub.env = {...process.env, POLDER_CLOCK_FILE: join(hub.folder, 'clock')}
    hub.later(0)
  }
  hub.logged = logged
  const made = spawnSync(program, ['init', hub.dir, '--name', name, '--prefix', 'TST'], {encoding: 'utf8'})
  if (made.status !== 0) throw new Error(made.stderr)
  const port = typeof conf === 'function' ? await freePort() : 0
  if (port) conf = conf(`http://127.0.0.1:${port}`, hub)
  if (conf) appendFileSync(join(hub.dir, 'polder.conf'), `\n${conf}`)
  for (const path of paths) hub.polder('import', 'polder', path)
  if (records) hub.polder('import', 'polder', hub.file('records.json', records))
  try {
    await hub.serve(port)
  } catch (error) {
    await hub.stop()
    throw error
  }
  return hub
}

// Waits until check() is true, and gives what it gave; the server looks for changes of other processes a few times a second.
export async function eventually(check, words, milliseconds = 5000) {
  const end = Date.now() + milliseconds
  while (Date.now() < end) {
    const found = await check()
    if (found) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`not within ${milliseconds} ms: ${words}`)
}

export const unescaped = (html) =>
  html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&#x27;/g, "'").replace(/&amp;/g, '&')

// The start tags of a page with their attributes, read as a browser does where our pages can get: quotes, no quotes.
export function tags(html) {
  const found = []
  for (const tag of html.matchAll(/<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^\s=>\/"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/g)) {
    const attributes = {}
    for (const one of tag[2].matchAll(/([^\s=>\/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g))
      attributes[one[1].toLowerCase()] = unescaped(one[2] ?? one[3] ?? one[4] ?? '')
    found.push({name: tag[1].toLowerCase(), attributes})
  }
  return found
}
