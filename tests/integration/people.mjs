// People of a hub under test, and what they say to the API.
//
//	const anna = person(hub, 'anna', 'member')
//	const {status, body} = await anna.post('/records', {kind: 'lesson', body: {…}})
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'

const build = process.env.POLDER_BUILD ?? 'build'
const program = [join(build, 'polder-hub'), join(build, 'polder')].find(existsSync)

function polder(hub, args, input = '') {
  const r = spawnSync(program, [...args, '--hub', hub.dir], {encoding: 'utf8', input, env: hub.env})
  assert.equal(r.status, 0, `polder ${args.join(' ')}: ${r.stdout}${r.stderr}`)
  return r.stdout
}

// Whoever asks: with a token, or nobody ('').
export class Caller {
  constructor(hub, token = '', login = '') {
    this.hub = hub
    this.token = token
    this.login = login
  }
  async send(method, path, body, headers = {}) {
    const known = this.token ? {authorization: `Bearer ${this.token}`} : {}
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const type = body !== undefined && !raw ? {'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'} : {}
    const answer = await this.hub.request(path.startsWith('/api') ? path : `/api/v1${path}`, {method, body: raw ? body : JSON.stringify(body),
      headers: {accept: 'application/json', ...known, ...type, ...headers}})
    const json = /json/.test(answer.headers['content-type'] ?? '') && answer.text
    return {...answer, body: json ? JSON.parse(answer.text) : undefined}
  }
  get(path, headers) {
    return this.send('GET', path, undefined, headers)
  }
  post(path, body, headers) {
    return this.send('POST', path, body, headers)
  }
  put(path, body, headers) {
    return this.send('PUT', path, body, headers)
  }
  patch(path, body, headers) {
    return this.send('PATCH', path, body, headers)
  }
  delete(path, body, headers) {
    return this.send('DELETE', path, body, headers)
  }
  // Must be done: what the answer holds.
  async done(status, method, path, body, headers) {
    const answer = await this.send(method, path, body, headers)
    assert.equal(answer.status, status, `${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }
}

export const password = 'correct horse battery'

export function createUser(hub, login, role) {
  polder(hub, ['admin', 'create-user', login, '--email', `${login}@example.org`, '--name', `${login} of the test`, '--role', role], password + '\n')
}

// scope: read, write or admin.
export function token(hub, login, scope = 'write') {
  const made = JSON.parse(polder(hub, ['admin', 'token', login, '--name', `${scope} of the test`, '--scope', scope, '--json']))
  return new Caller(hub, made.token, login)
}

export function person(hub, login, role, scope = 'write') {
  createUser(hub, login, role)
  return token(hub, login, scope)
}

export const nobody = (hub) => new Caller(hub)
