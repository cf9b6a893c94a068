// Chasquid, a mail server that others wrote, for one test file: configured in a temporary folder, started on free ports of this machine as whoever runs the
// test (root or not: it changes no user), told of mailboxes and a password, ended and removed afterwards. It offers STARTTLS with a certificate of its own
// making, and passwords behind it. What it delivers becomes a file each, read back by an independent reading of MIME below. Its package's own service is not used.
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import net from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {eventually, freePort} from './hub.mjs'

export const installed = () => existsSync('/usr/bin/chasquid') && existsSync('/usr/bin/chasquid-util')
export const domain = 'there.example'

export class Chasquid {
  password = 'a password: of the test'

  constructor(mailboxes = []) {
    this.mailboxes = mailboxes
    this.folder = mkdtempSync(join(tmpdir(), 'polder-chasquid-'))
  }

  run(command, args) {
    const done = spawnSync(command, args, {encoding: 'utf8'})
    assert.equal(done.status, 0, `${command}: ${done.error ?? ''}${done.stdout}${done.stderr}`)
  }

  async prepare() {
    const at = (...parts) => join(this.folder, ...parts)
    for (const name of [`certs/${domain}`, `domains/${domain}`, 'hooks', 'data', 'came']) mkdirSync(at(name), {recursive: true})
    this.run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${domain}`, '-keyout', at('certs', domain, 'privkey.pem'), '-out', at('certs', domain, 'fullchain.pem')])
    writeFileSync(at('deliver'), `#!/bin/sh\nset -eu\nname=$(mktemp '${at('came')}/.partial.XXXXXX')\n{ printf 'X-To: %s\\r\\n' "$1"; cat; } >"$name"\nmv "$name" "${at('came')}/$(basename "$name" | sed s/^.partial.//)"\n`, {mode: 0o755})
    // Whatever stands in the file "mood" answers a message: later, never, or nothing of that.
    writeFileSync(at('hooks', 'post-data'), `#!/bin/sh\ncat >/dev/null\ncase "$(cat '${at('mood')}')" in later) echo 'come back later'; exit 1 ;; never) echo 'not that'; exit 20 ;; esac\nexit 0\n`, {mode: 0o755})
    this.mood('')
    this.port = await freePort()
    this.submission = await freePort()
    writeFileSync(at('chasquid.conf'), `hostname: "${domain}"
max_data_size_mb: 5
smtp_address: "127.0.0.1:${this.port}"
submission_address: "127.0.0.1:${this.submission}"
mail_delivery_agent_bin: "${at('deliver')}"
mail_delivery_agent_args: "%to%"
data_dir: "${at('data')}"
mail_log_path: "${at('log')}"
`)
    for (const name of this.mailboxes) this.run('chasquid-util', [`--configdir=${this.folder}`, 'user-add', `${name}@${domain}`, `--password=${this.password}`])
    return this
  }
  mood(what) {
    writeFileSync(join(this.folder, 'mood'), what)
  }

  async start() {
    if (!this.port) await this.prepare()
    this.process = spawn('/usr/bin/chasquid', [`--config_dir=${this.folder}`, '--alsologtostderr'], {stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder})
    this.words = ''
    for (const out of [this.process.stdout, this.process.stderr]) out.on('data', (bytes) => (this.words += bytes))
    this.ended = new Promise((done) => this.process.on('exit', done))
    const answers = () => new Promise((done) => {
      const socket = net.connect(this.port, '127.0.0.1').on('error', () => done(false)).on('data', () => (socket.destroy(), done(true)))
    })
    await eventually(answers, 'chasquid answers', 15000).catch((error) => assert.fail(`${error.message}\n${this.words}`))
    return this
  }
  async end() {
    if (this.process?.exitCode === null) this.process.kill('SIGTERM')
    await this.ended
  }
  async stop() {
    await this.end()
    rmSync(this.folder, {recursive: true, force: true})
  }

  // Everything that came so far, as bytes and as read.
  messages() {
    const folder = join(this.folder, 'came')
    return readdirSync(folder).filter((name) => !name.startsWith('.')).map((name) => parse(readFileSync(join(folder, name))))
  }
  // The message to an address whose subject fits, when it has come.
  async message(to, subject, milliseconds = 15000) {
    let found
    const all = () => this.messages().map((m) => `${m.header('to')}: ${m.subject}`).join('\n')
    await eventually(() => (found = this.messages().find((m) => m.header('x-to').includes(to) && subject.test(m.subject))), `a message to ${to} about ${subject}`, milliseconds)
      .catch((error) => assert.fail(`${error.message}; there are:\n${all()}\n${existsSync(join(this.folder, 'log')) ? readFileSync(join(this.folder, 'log'), 'utf8') : ''}${this.words}`))
    return found
  }
}

// RFC 5322 with encoded words (RFC 2047) and quoted-printable (RFC 2045), read without any of the program's code.
export function parse(bytes) {
  const raw = bytes.toString('latin1')
  const end = raw.search(/\r?\n\r?\n/)
  const lines = raw.slice(0, end).replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
  const header = (name) => headers.find(([one]) => one === name)?.[1] ?? ''
  const decoded = (text) => {
    const parts = text.replace(/\?=\s+=\?/g, '?==?').split(/(=\?[^?]*\?[bqBQ]\?[^?]*\?=)/)
    return parts.map((part) => {
      const word = part.match(/^=\?utf-8\?b\?([^?]*)\?=$/i)
      return word ? Buffer.from(word[1], 'base64').toString('utf8') : part
    }).join('')
  }
  const body = raw.slice(end).replace(/^\r?\n\r?\n/, '').replace(/\r\n/g, '\n')
  assert.equal(header('content-transfer-encoding'), 'quoted-printable')
  const text = Buffer.from(body.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8')
  return {raw, headers, header, subject: decoded(header('subject')), text, body}
}
