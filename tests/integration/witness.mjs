// Witnesses and logs for tests: the real command as a witness, a log of this file's own (RFC 6962, C2SP signed-note, tlog-witness), and servers that answer as no witness should.
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {createPublicKey, generateKeyPairSync, sign, verify} from 'node:crypto'
import http from 'node:http'
import {join} from 'node:path'
import {polder, run} from './cli.mjs'
import {sha256, tree} from './log.mjs'

const spki = Buffer.from('302a300506032b6570032100', 'hex')
const publicKey = (bytes) => createPublicKey({key: Buffer.concat([spki, bytes]), format: 'der', type: 'spki'})

// A log whose leaves are whatever they are; `history` makes them others from `fork` on.
export class Log {
  constructor(origin, {keys = generateKeyPairSync('ed25519'), history = '', fork = 0} = {}) {
    Object.assign(this, {origin, keys, history, fork, leaves: []})
    const typed = Buffer.concat([Buffer.of(1), keys.publicKey.export({format: 'der', type: 'spki'}).subarray(12)])
    this.id = sha256(`${origin}\n`, typed).subarray(0, 4)
    this.vkey = `${origin}+${this.id.toString('hex')}+${typed.toString('base64')}`
  }
  grow(size) {
    while (this.leaves.length < size) {
      const n = this.leaves.length
      this.leaves.push(sha256(Buffer.of(0), `${n < this.fork ? '' : this.history} ${n}`))
    }
  }
  root(size) {
    this.grow(size)
    return tree(this.leaves.slice(0, size))
  }
  text(size) {
    return `${this.origin}\n${size}\n${this.root(size).toString('base64')}\n`
  }
  checkpoint(size) {
    const text = this.text(size), signature = sign(null, Buffer.from(text), this.keys.privateKey)
    return `${text}\n— ${this.origin} ${Buffer.concat([this.id, signature]).toString('base64')}\n`
  }
  // RFC 6962, section 2.1.2.
  consistency(old, size) {
    const sub = (m, leaves, whole) => {
      if (m === leaves.length) return whole ? [] : [tree(leaves)]
      let k = 1
      while (k * 2 < leaves.length) k *= 2
      return m <= k ? [...sub(m, leaves.slice(0, k), whole), tree(leaves.slice(k))] : [...sub(m - k, leaves.slice(k), false), tree(leaves.slice(0, k))]
    }
    this.grow(size)
    return old ? sub(old, this.leaves.slice(0, size), true) : []
  }
  request(old, size, proof = this.consistency(old, size)) {
    return `old ${old}\n${proof.map((one) => `${one.toString('base64')}\n`).join('')}\n${this.checkpoint(size)}`
  }
}

// c2sp.org/tlog-cosignature: the time of a right cosignature of this text among the lines; undefined where there is none.
export function cosigned(text, lines, vkey) {
  const [name, id, ...rest] = vkey.split('+'), key = Buffer.from(rest.join('+'), 'base64')
  assert.equal(key[0], 4)
  for (const line of lines.split('\n')) {
    if (!line.startsWith(`— ${name} `)) continue
    const bytes = Buffer.from(line.split(' ').at(-1), 'base64')
    if (bytes.subarray(0, 4).toString('hex') !== id) continue
    const time = bytes.readBigUInt64BE(4)
    assert.ok(verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), publicKey(key.subarray(1)), bytes.subarray(12)), 'the cosignature')
    return Number(time)
  }
}

export function post(url, body, headers = {}) {
  return new Promise((done, failed) => {
    const request = http.request(`${url}add-checkpoint`, {method: 'POST', agent: false, headers: {'content-length': Buffer.byteLength(body), ...headers}}, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', failed)
      response.on('aborted', () => failed(new Error('aborted')))
      response.on('end', () => done({status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString('utf8')}))
    })
    request.on('error', failed)
    request.end(body)
  })
}

// The real one, in a folder below `folder`.
export class Witness {
  constructor(folder, name) {
    this.dir = join(folder, name)
    const r = run(['witness', 'init', this.dir, '--name', `${name}.example.org`])
    assert.equal(r.status, 0, r.stderr)
    this.vkey = r.stdout.trim()
    this.port = 0
  }
  command(what, ...args) {
    const r = run(['witness', what, this.dir, ...args])
    assert.equal(r.status, 0, r.stdout + r.stderr)
    return r.stdout
  }
  add(vkey) {
    return this.command('add', vkey)
  }
  list() {
    return JSON.parse(this.command('list', '--json'))
  }
  // At the same address again, once it had one.
  serve(limit = 0) {
    this.errors = ''
    this.process = spawn(polder, ['witness', 'serve', this.dir, '--listen', `127.0.0.1:${this.port}`, '--log', '--limit', `${limit}`], {stdio: ['ignore', 'pipe', 'pipe']})
    this.process.stderr.on('data', (bytes) => (this.errors += bytes))
    this.ended = new Promise((done) => this.process.on('exit', (status, signal) => done({status, signal})))
    return new Promise((done, failed) => {
      this.process.stdout.on('data', (bytes) => {
        const at = String(bytes).match(/Listening on http:\/\/127\.0\.0\.1:(\d+)/)
        if (!at) return
        this.port = Number(at[1])
        this.url = `http://127.0.0.1:${this.port}/`
        done(this)
      })
      this.ended.then(({status}) => failed(new Error(`witness serve ended with ${status}: ${this.errors}`)))
    })
  }
  async end(signal = 'SIGTERM') {
    this.process?.kill(signal)
    const ended = await this.ended
    this.process = null
    assert.doesNotMatch(this.errors ?? '', /ERROR: (Address|Leak|Thread|Undefined)|runtime error:/)
    return ended
  }
}

// One that answers as it is told: answer(request, response, body).
export async function liar(answer) {
  const server = http.createServer((request, response) => {
    const parts = []
    server.asked++
    request.on('data', (part) => parts.push(part))
    request.on('end', () => answer(request, response, Buffer.concat(parts).toString('utf8')))
    request.on('error', () => {})
    response.on('error', () => {})
  })
  server.asked = 0
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  server.url = `http://127.0.0.1:${server.address().port}/`
  server.stop = () => new Promise((done) => (server.closeAllConnections?.(), server.close(done)))
  return server
}
