// A provider of OpenID Connect for tests, on this machine and a free port, that does what it is told: right, or wrong in one way.
// And a browser with a jar of cookies that goes where it is sent.
import assert from 'node:assert/strict'
import {createHash, createHmac, constants, generateKeyPairSync, randomBytes, sign} from 'node:crypto'
import http from 'node:http'
import {tags, unescaped} from './hub.mjs'

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
export const makeKey = (kid, type = 'ES256') => {
  const {privateKey, publicKey} = type === 'ES256' ? generateKeyPairSync('ec', {namedCurve: 'P-256'}) : type === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', {modulusLength: 2048})
  return {kid, type, privateKey, publicKey, jwk: {...publicKey.export({format: 'jwk'}), kid, use: 'sig', alg: type}}
}

export function signToken(claims, key, header = {}) {
  const whole = {alg: key.type, kid: key.kid, typ: 'JWT', ...header}
  const input = `${base64url(whole)}.${base64url(claims)}`
  if (whole.alg === 'none') return input + '.'
  if (whole.alg === 'HS256') return `${input}.${createHmac('sha256', key.publicKey.export({format: 'pem', type: 'spki'})).update(input).digest('base64url')}`
  const options = key.type === 'ES256' ? {dsaEncoding: 'ieee-p1363'} : key.type === 'PS256' ? {padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32} : {}
  return `${input}.${sign(key.type === 'EdDSA' ? null : 'sha256', Buffer.from(input), {key: key.privateKey, ...options}).toString('base64url')}`
}

export class Provider {
  client = 'polder:of tests'
  secret = 's3cret & more: 100%'
  person = {sub: 'anna-there', name: 'Anna There', preferred_username: 'anna.there', email: 'anna@there.example', email_verified: true}
  key = makeKey('first')
  published = [this.key]
  bend = {} // discovery, claims, header, token, keys, callback: each takes what would be said and gives what is said instead
  codes = new Map()
  asked = {discovery: 0, keys: 0, token: 0, userinfo: 0}

  async start() {
    this.server = http.createServer((request, response) => this.answer(request, response).catch((error) => response.writeHead(500).end(String(error))))
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done))
    this.issuer = `http://127.0.0.1:${this.server.address().port}`
    return this
  }
  stop() {
    this.server.closeAllConnections()
    return new Promise((done) => this.server.close(done))
  }
  settings(more = '') {
    return `[oidc]\nissuer = ${this.issuer}\nclient_id = ${this.client}\nname = Elsewhere\n${more}`
  }

  async answer(request, response) {
    const url = new URL(request.url, this.issuer)
    const say = (value, {status = 200, headers = {}} = {}) => {
      response.writeHead(status, {'content-type': 'application/json', ...headers}).end(typeof value === 'string' ? value : JSON.stringify(value))
    }
    if (url.pathname === '/.well-known/openid-configuration') {
      this.asked.discovery++
      const said = {issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/keys`,
        userinfo_endpoint: `${this.issuer}/userinfo`, response_types_supported: ['code'], authorization_response_iss_parameter_supported: true}
      return this.bend.discovery ? this.bend.discovery(said, say, response) : say(said)
    }
    if (url.pathname === '/keys') {
      this.asked.keys++
      const said = {keys: this.published.map((key) => key.jwk)}
      return this.bend.keys ? this.bend.keys(said, say, response) : say(said, {headers: {'cache-control': 'public, max-age=600'}})
    }
    if (url.pathname === '/authorize') return this.authorize(url, response)
    if (url.pathname === '/token') return this.token(request, say, response)
    if (url.pathname === '/userinfo') {
      this.asked.userinfo++
      return say(this.bend.userinfo ? this.bend.userinfo(this.person) : this.person)
    }
    say('nothing here', {status: 404})
  }

  // Whoever comes is this.person, and has agreed.
  authorize(url, response) {
    const asked = Object.fromEntries(url.searchParams)
    assert.equal(asked.client_id, this.client)
    assert.equal(asked.response_type, 'code')
    assert.equal(asked.code_challenge_method, 'S256')
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(asked[name], /^[A-Za-z0-9_-]{43}$/, name)
    const code = randomBytes(16).toString('hex')
    this.codes.set(code, asked)
    const back = new URL(asked.redirect_uri)
    for (const [name, value] of Object.entries({code, state: asked.state, iss: this.issuer, ...this.bend.callback?.(asked)})) if (value !== undefined) back.searchParams.set(name, value)
    response.writeHead(302, {location: back.href}).end()
  }

  async token(request, say, response) {
    this.asked.token++
    const parts = []
    for await (const part of request) parts.push(part)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()))
    const encoded = (text) => new URLSearchParams({x: text}).toString().slice(2).replaceAll('+', '%20').replaceAll('*', '%2A')
    const wanted = 'Basic ' + Buffer.from(`${encoded(this.client)}:${encoded(this.secret)}`).toString('base64')
    if (request.headers.authorization !== wanted) return say({error: 'invalid_client'}, {status: 401})
    const asked = this.codes.get(form.code)
    this.codes.delete(form.code)
    const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url')
    if (!asked || form.grant_type !== 'authorization_code' || form.redirect_uri !== asked.redirect_uri || challenge !== asked.code_challenge) return say({error: 'invalid_grant'}, {status: 400})
    const at = Math.floor(Date.now() / 1000)
    const {sub, ...rest} = this.person
    let claims = {iss: this.issuer, sub, aud: this.client, iat: at, exp: at + 300, nonce: asked.nonce, ...(this.lean ? {} : rest)}
    claims = this.bend.claims?.(claims) ?? claims
    const said = {access_token: 'for-userinfo', token_type: 'Bearer', id_token: signToken(claims, this.bend.key ?? this.key, this.bend.header)}
    return this.bend.token ? this.bend.token(said, say, response) : say(said)
  }
}

export class Browser {
  jar = new Map()
  constructor(hub) {
    this.hub = hub
  }
  // One request to the hub.
  request(path, {form, headers = {}} = {}) {
    const body = form && new URLSearchParams(form).toString(), {host, port} = this.hub
    return new Promise((done, failed) => {
      const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const request = http.request({host, port, path, method: form ? 'POST' : 'GET', agent: false, headers: {accept: 'text/html', host: `${host}:${port}`, ...(cookie && {cookie}),
        ...(form && {'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body), origin: `http://${host}:${port}`}), ...headers}}, (r) => {
        const parts = []
        r.on('data', (part) => parts.push(part))
        r.on('end', () => {
          for (const set of r.headers['set-cookie'] ?? []) {
            const [, name, value] = set.match(/^([^=]+)=([^;]*)/)
            if (value) this.jar.set(name, value)
            else this.jar.delete(name)
          }
          done({status: r.statusCode, headers: r.headers, text: Buffer.concat(parts).toString()})
        })
      })
      request.on('error', failed)
      request.end(body)
    })
  }
  get(path) {
    return this.request(path)
  }
  // What the form at `action` on the page holds, and what is typed over it.
  async send(page, action, typed = {}) {
    const {text, status} = await this.get(page)
    assert.equal(status, 200, page)
    const start = text.indexOf(`action="${action}"`)
    assert.ok(start >= 0, `${page} has no form for ${action}`)
    const form = {}
    for (const {name, attributes: a} of tags(text.slice(start, text.indexOf('</form>', start)))) if (name === 'input' && a.name) form[a.name] = a.value ?? ''
    return this.request(action, {form: {...form, ...typed}})
  }
  async signIn(login, password) {
    const answer = await this.send('/sign-in', '/sign-in', {login, password})
    assert.equal(answer.status, 303, answer.text)
    return this
  }
  // From the page that goes on to the provider, there, and the address that the provider sends back to (not yet opened).
  async there(page) {
    const address = page.headers.refresh?.match(/^0;url=(.*)$/)?.[1]
    assert.ok(address, page.text)
    const answer = await fetch(address, {redirect: 'manual'})
    assert.equal(answer.status, 302, await answer.text())
    const back = new URL(answer.headers.get('location'))
    assert.equal(back.pathname, '/sign-in/callback')
    return back.pathname + back.search
  }
  async byProvider({page = '/sign-in', action = '/sign-in/provider', typed} = {}) {
    const sent = await this.send(page, action, typed)
    return sent.headers.refresh ? this.get(await this.there(sent)) : sent
  }
  async isSignedIn() {
    return (await this.get('/account')).status === 200
  }
}
// What a page says that it could not do.
export const trouble = ({text}) => unescaped(text.match(/role="alert"><p>(.*?)<\/p>/s)?.[1] ?? '')
