// Glewlwyd, a provider of OpenID Connect that others wrote, for one test file: configured in a temporary folder with a database of its own, started on a free
// port of this machine, told of a client and a user by its API, ended and removed afterwards. Its package's own service is not used.
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {eventually, freePort} from './hub.mjs'

const tables = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3', modules = '/usr/lib/glewlwyd'
export const installed = () => existsSync('/usr/bin/glewlwyd') && existsSync(tables)

export class Glewlwyd {
  client = 'polder'
  secret = 'a secret: of the test'

  async start() {
    this.folder = mkdtempSync(join(tmpdir(), 'polder-glewlwyd-'))
    this.port = await freePort()
    this.url = `http://127.0.0.1:${this.port}`
    this.issuer = `${this.url}/api/oidc`
    const database = join(this.folder, 'db'), settings = join(this.folder, 'conf')
    const made = spawnSync('sqlite3', ['-bail', database], {input: 'PRAGMA synchronous = OFF;\n' + readFileSync(tables, 'utf8'), encoding: 'utf8'})
    assert.equal(made.status, 0, made.stderr)
    writeFileSync(settings, `port=${this.port}
external_url="${this.url}/"
bind_address="127.0.0.1"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_secure=0
cookie_same_site="empty"
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
admin_scope="g_admin"
profile_scope="g_profile"
static_files_path="/usr/share/glewlwyd/webapp"
user_module_path="${modules}/user"
client_module_path="${modules}/client"
user_auth_scheme_module_path="${modules}/scheme"
plugin_module_path="${modules}/plugin"
use_secure_connection=false
secure_connection_key_file="none"
secure_connection_pem_file="none"
hash_algorithm="SHA512"
database = { type = "sqlite3"; path = "${database}"; };
static_files_mime_types = ({ extension = ".html"; mime_type = "text/html"; }, { extension = ".css"; mime_type = "text/css"; },
  { extension = ".js"; mime_type = "application/javascript"; }, { extension = ".json"; mime_type = "application/json"; })
`)
    this.process = spawn('/usr/bin/glewlwyd', ['--config-file', settings], {stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder})
    this.words = ''
    for (const out of [this.process.stdout, this.process.stderr]) out.on('data', (bytes) => (this.words += bytes))
    this.ended = new Promise((done) => this.process.on('exit', done))
    await eventually(() => fetch(`${this.url}/api/scheme`).then(() => true, () => false), 'glewlwyd answers', 15000).catch((error) => assert.fail(`${error.message}\n${this.words}`))
    return this
  }

  // An address of the hub to send people back to, and the way in which its tokens are signed: rsa, rsa-pss, ecdsa or eddsa.
  async configure(callback, type) {
    const pair = type === 'ecdsa' ? generateKeyPairSync('ec', {namedCurve: 'P-256'}) : type === 'eddsa' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', {modulusLength: 2048})
    const admin = new Visitor(this)
    await admin.signIn('admin', 'password')
    const make = async (what, value) => {
      const answer = await admin.send('POST', `/api/${what}/`, value)
      assert.equal(answer.status, 200, `${what}: ${await answer.text()} ${this.words}`)
    }
    await make('mod/plugin', {module: 'oidc', name: 'oidc', display_name: 'OpenID Connect', parameters: {
      iss: this.issuer, 'jwt-type': type, 'jwt-key-size': '256', key: pair.privateKey.export({format: 'pem', type: 'pkcs8'}), cert: pair.publicKey.export({format: 'pem', type: 'spki'}),
      'access-token-duration': 3600, 'refresh-token-duration': 1209600, 'code-duration': 600, 'refresh-token-rolling': true, 'allow-non-oidc': false,
      'auth-type-code-enabled': true, 'auth-type-code-revoke-replayed': true, 'auth-type-token-enabled': false, 'auth-type-id-token-enabled': true, 'auth-type-none-enabled': false,
      'auth-type-password-enabled': false, 'auth-type-client-enabled': false, 'auth-type-refresh-enabled': true, 'auth-type-device-enabled': false,
      'pkce-allowed': true, 'pkce-required': true, 'pkce-method-plain-allowed': false, 'jwks-show': true, 'oauth-as-iss-id': true, 'subject-type': 'public',
      'allowed-scope': ['openid'], 'name-claim': 'mandatory', 'email-claim': 'mandatory', 'scope-claim': 'no',
      claims: [{name: 'preferred_username', 'user-property': 'username', type: 'string', mandatory: true}, {name: 'email_verified', 'user-property': 'email', type: 'boolean', mandatory: true, 'boolean-value-true': 'bertha@there.example', 'boolean-value-false': 'none'}],
    }})
    for (const name of ['profile', 'email']) await make('scope', {name, display_name: name, description: name, password_required: false, scheme: {}})
    await make('client', {client_id: this.client, name: 'The hub', client_secret: this.secret, confidential: true, enabled: true, redirect_uri: [callback], authorization_type: ['code'], scope: [], token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post']})
    await make('user', {username: 'bertha', name: 'Bertha Elsewhere', email: 'bertha@there.example', password: 'tulips of the test', enabled: true, scope: ['openid', 'profile', 'email', 'g_profile']})
  }

  async stop() {
    this.process?.kill('SIGTERM')
    await this.ended
    rmSync(this.folder, {recursive: true, force: true})
  }
}

// Node 18's fetch joins them by commas, which stand in dates as well.
const cookiesOf = (headers) => headers.getSetCookie?.() ?? headers.get('set-cookie')?.split(/,(?=\s*[^;,\s]+=)/).map((one) => one.trim()) ?? []

// Who signs in there, as its pages do it with their scripts.
export class Visitor {
  cookie = ''
  constructor(provider) {
    this.provider = provider
  }
  async send(method, path, value) {
    const answer = await fetch(new URL(path, this.provider.url), {method, redirect: 'manual', body: value === undefined ? undefined : JSON.stringify(value),
      headers: {...(value !== undefined && {'content-type': 'application/json'}), ...(this.cookie && {cookie: this.cookie})}})
    for (const set of cookiesOf(answer.headers)) this.cookie = set.split(';')[0]
    return answer
  }
  async signIn(username, password) {
    const answer = await this.send('POST', '/api/auth/', {username, password})
    assert.equal(answer.status, 200, await answer.text())
  }
  // To the address that the hub named; signs in and agrees where asked; where the browser is sent back to.
  async goes(address, username, password) {
    const first = await this.send('GET', address)
    assert.equal(first.status, 302)
    assert.match(first.headers.get('location'), /login\.html/)
    await this.signIn(username, password)
    const agreed = await this.send('PUT', `/api/auth/grant/${this.provider.client}`, {scope: 'openid profile email'})
    assert.equal(agreed.status, 200, await agreed.text())
    const back = await this.send('GET', `${address}&g_continue`)
    assert.equal(back.status, 302)
    return back.headers.get('location')
  }
}
