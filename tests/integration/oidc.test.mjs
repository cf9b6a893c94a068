// Signing in by OpenID Connect, with a provider that keeps to the rules and one that does not.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {appendFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {startHub} from './hub.mjs'
import {Browser, makeKey, Provider, trouble} from './oidc.mjs'
import {createUser, password} from './people.mjs'
import {totp} from './totp.mjs'


const hubs = []
let provider
before(async () => {
  provider = await new Provider().start()
})
after(async () => {
  for (const hub of hubs) await hub.stop()
  await provider?.stop()
})

async function makeHub(more = '') {
  const hub = await startHub({conf: (url, hub) => `[hub]\nurl = ${url}\n${provider.settings(more)}client_secret_file = ${hub.file('secret', provider.secret + '\n')}\n`})
  hubs.push(hub)
  return hub
}
const somebody = (sub, more = {}) => ({sub, name: `${sub} there`, preferred_username: sub, email: `${sub}@there.example`, email_verified: true, ...more})
async function linked(hub, login, sub) {
  createUser(hub, login, 'member')
  provider.person = somebody(sub)
  const browser = await new Browser(hub).signIn(login, password)
  const answer = await browser.byProvider({page: '/account', action: '/account/linked'})
  assert.equal(answer.status, 303, answer.text)
  assert.equal(answer.headers.location, '/account?done=linked#linked')
  return browser
}
// A sign-in that the provider bends; what the visitor is told.
async function refusedWhen(hub, bend, status, words) {
  provider.bend = bend
  const browser = new Browser(hub)
  const answer = await browser.byProvider()
  provider.bend = {}
  assert.equal(answer.status, status, answer.text)
  assert.match(trouble(answer), words)
  assert.equal(await browser.isSignedIn(), false)
}

let hub
test('who was linked by their owner signs in, and comes to where they wanted to go', async () => {
  hub = await makeHub()
  await linked(hub, 'anna', 'anna-there')
  const browser = new Browser(hub)
  const page = await browser.send('/sign-in?next=%2Fsearches', '/sign-in/provider')
  assert.equal(page.status, 200)
  assert.match(page.headers['set-cookie'][0], /^polder-provider=[A-Za-z0-9_-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
  assert.match(page.headers['content-security-policy'], /form-action 'self';/)
  assert.equal(page.headers['cache-control'], 'no-store')
  const answer = await browser.get(await browser.there(page))
  assert.equal(answer.status, 303, answer.text)
  assert.equal(answer.headers.location, '/searches')
  assert.match((await browser.get('/account')).text, /anna of the test/)
  assert.equal(browser.jar.has('polder-provider'), false)
})

test('an account at the provider that nobody linked gets nobody in, whatever address it has', async () => {
  for (const person of [somebody('stranger'), somebody('stranger', {email: 'anna@example.org'})]) {
    provider.person = person
    await refusedWhen(hub, {}, 403, /no account here is linked/i)
  }
})

test('a sign-in serves once, in the browser that began it', async () => {
  provider.person = somebody('anna-there')
  const browser = new Browser(hub), other = new Browser(hub)
  const back = await browser.there(await browser.send('/sign-in', '/sign-in/provider'))
  const kept = new Map(browser.jar)
  const elsewhere = await other.get(back)
  assert.equal(elsewhere.status, 409)
  assert.match(trouble(elsewhere), /another browser/)
  await other.send('/sign-in', '/sign-in/provider')
  assert.equal((await other.get(back)).status, 409)
  assert.equal((await browser.get(back.replace(/state=[^&]*/, 'state=' + 'A'.repeat(43)))).status, 409)
  assert.equal((await browser.get(back)).status, 303)
  const replay = new Browser(hub)
  replay.jar = kept
  const tokens = provider.asked.token
  assert.equal((await replay.get(back)).status, 409)
  assert.equal(provider.asked.token, tokens)
  for (const path of ['/sign-in/callback', '/sign-in/callback?state=&code=', '/sign-in/callback?error=access_denied']) assert.equal((await new Browser(hub).get(path)).status, 409)
  const bent = new Browser(hub)
  bent.jar = new Map([['polder-provider', [...kept.values()][0].replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A'))]])
  assert.equal((await bent.get(back)).status, 409)
})

test('a form from elsewhere begins nothing', async () => {
  for (const [path, form] of [['/sign-in/provider', {next: '/'}], ['/account/linked', {csrf: ''}]]) {
    const answer = await new Browser(hub).request(path, {form, headers: {origin: 'https://example.org'}})
    assert.equal(answer.status, 403)
  }
  const browser = await new Browser(hub).signIn('anna', password)
  assert.equal((await browser.request('/account/linked', {form: {csrf: 'A'.repeat(43)}})).status, 403)
})

test('where to go next is on this site', async () => {
  for (const next of ['https://example.org/', '//example.org', '/\\example.org', '/' + 'x'.repeat(1500)]) {
    const browser = new Browser(hub)
    const answer = await browser.get(await browser.there(await browser.request('/sign-in/provider', {form: {next}})))
    assert.equal(answer.headers.location, '/')
  }
})

test('a token that is not what it should be is not trusted', async () => {
  provider.person = somebody('anna-there')
  const stranger = makeKey('first'), at = () => Math.floor(Date.now() / 1000)
  for (const [what, bend] of Object.entries({
    'another nonce': {claims: (c) => ({...c, nonce: 'A'.repeat(43)})},
    'no nonce': {claims: ({nonce, ...c}) => c},
    'another issuer': {claims: (c) => ({...c, iss: 'https://example.org'})},
    'another audience': {claims: (c) => ({...c, aud: 'somebody'})},
    'two audiences': {claims: (c) => ({...c, aud: [c.aud, 'somebody']})},
    'over': {claims: (c) => ({...c, iat: at() - 1000, exp: at() - 100})},
    'from the future': {claims: (c) => ({...c, iat: at() + 100})},
    'unsigned': {header: {alg: 'none'}},
    'the public key as a secret': {header: {alg: 'HS256'}},
    'another key': {key: stranger},
    'a key of its own': {key: stranger, header: {jwk: stranger.jwk, kid: undefined}},
    'an unknown key': {key: makeKey('nobody knows it')},
    'no token': {token: (said, say) => say({...said, id_token: undefined})},
    'no token but text': {token: (said, say) => say({...said, id_token: 'a.b.c'})},
    'the access token of an API': {header: {typ: 'at+jwt'}},
  }))
    await refusedWhen(hub, bend, 403, /can't be trusted/).catch((error) => assert.fail(`${what}: ${error.message}`))
})

test('keys are kept, and asked for again once when a new one is used', async () => {
  await hub.restart() // attempts are counted
  assert.equal((await new Browser(hub).byProvider()).status, 303)
  const before = {...provider.asked}
  for (const type of ['EdDSA', 'RS256', 'PS256']) {
    provider.key = makeKey(`new ${type}`, type)
    provider.published = [...provider.published, provider.key]
    for (let i = 0; i < 2; i++) assert.equal((await new Browser(hub).byProvider()).status, 303, type)
  }
  assert.equal(provider.asked.keys, before.keys + 3)
  assert.equal(provider.asked.discovery, before.discovery)
})

test('what the provider says instead of a code is told in words', async () => {
  await refusedWhen(hub, {callback: () => ({code: undefined, error: 'access_denied'})}, 403, /you did not let Elsewhere/i)
  await refusedWhen(hub, {callback: () => ({code: undefined, error: 'server_error'})}, 503, /trouble of its own/)
  await refusedWhen(hub, {callback: () => ({code: undefined, error: '<b>odd</b>'})}, 403, /did not sign you in/)
  await refusedWhen(hub, {callback: () => ({code: 'made-up'})}, 403, /did not confirm/)
  await refusedWhen(hub, {callback: () => ({iss: 'https://example.org'})}, 403, /not one of Elsewhere/)
  await refusedWhen(hub, {callback: () => ({iss: undefined})}, 403, /not one of Elsewhere/)
  await refusedWhen(hub, {token: (said, say) => say('<html>', {status: 200})}, 422, /can't be used/)
  await refusedWhen(hub, {token: (said, say) => say('', {status: 500})}, 503, /trouble of its own/)
  await refusedWhen(hub, {token: (said, say) => say('', {status: 307, headers: {location: 'http://127.0.0.1:9/'}})}, 403, /did not confirm/)
  await refusedWhen(hub, {token: (said, say) => say('x'.repeat(2_000_000))}, 503, /can't be reached/)
})

test('a provider that misleads, dawdles or floods is told from one that works, and holds up nobody else', async () => {
  const cases = [
    ['another name', (said, say) => say({...said, issuer: said.issuer + '/'}), 422, /another name/],
    ['addresses without https', (said, say) => say({...said, token_endpoint: 'http://example.org/token'}), 422, /not https/],
    ['a script for an address', (said, say) => say({...said, authorization_endpoint: 'javascript:alert(1)'}), 422, /not https/],
    ['a header in an address', (said, say) => say({...said, authorization_endpoint: said.issuer + '/\r\nSet-Cookie: x=y'}), 422, /not https/],
    ['another flow', (said, say) => say({...said, response_types_supported: ['id_token']}), 422, /authorization code/],
    ['no JSON', (said, say) => say('<html>'), 422, /no JSON object/],
    ['twice the same', (said, say) => say(`{"issuer":"${said.issuer}","issuer":"${said.issuer}"}`), 422, /no JSON object/],
    ['too much', (said, say) => say('x'.repeat(3_000_000)), 503, /can't be reached/],
    ['a redirect to another place', (said, say) => say('', {status: 302, headers: {location: 'http://127.0.0.1:9/'}}), 503, /can't be reached/],
    ['nothing there', (said, say) => say('', {status: 404}), 422, /something else was expected/],
    ['a broken connection', (said, say, response) => response.destroy(), 503, /can't be reached/],
    ['keys that are none', null, 403, /can't be trusted/, {keys: (said, say) => say({keys: 7})}],
  ]
  for (const [what, discovery, status, words, more] of cases) {
    await hub.restart()
    await refusedWhen(hub, {...(discovery && {discovery}), ...more}, status, words).catch((error) => assert.fail(`${what}: ${error.message}`))
  }
  await hub.restart()
  provider.bend = {discovery: () => {}} // never answers
  const waiting = [1, 2].map(() => new Browser(hub).byProvider())
  await new Promise((done) => setTimeout(done, 1500))
  const began = Date.now()
  const third = await new Browser(hub).byProvider()
  assert.equal(third.status, 503)
  assert.match(trouble(third), /try again in a moment/)
  assert.equal((await new Browser(hub).get('/')).status, 200)
  assert.ok(Date.now() - began < 4000)
  for (const answer of await Promise.all(waiting)) {
    assert.equal(answer.status, 503)
    assert.match(trouble(answer), /can't be reached/)
  }
  provider.bend = {}
  assert.equal((await new Browser(hub).byProvider()).status, 303)
})

test('a link is taken away by its owner; signing in with it is over then', async () => {
  const browser = await linked(hub, 'ben', 'ben-there')
  assert.match((await browser.get('/account')).text, /known there as ben-there/)
  assert.equal((await browser.send('/account', '/account/linked/off')).status, 303)
  await refusedWhen(hub, {}, 403, /no account here is linked/i)
})

test('one account at the provider is one account here', async () => {
  createUser(hub, 'eve', 'member')
  provider.person = somebody('anna-there')
  const browser = await new Browser(hub).signIn('eve', password)
  const answer = await browser.byProvider({page: '/account', action: '/account/linked'})
  assert.equal(answer.status, 409)
  assert.match(trouble(answer), /another account is linked/i)
})

test('who signed in as somebody else meanwhile links nothing', async () => {
  provider.person = somebody('free')
  const browser = await new Browser(hub).signIn('eve', password)
  const back = await browser.there(await browser.send('/account', '/account/linked'))
  browser.jar.delete('polder')
  await browser.signIn('ben', password)
  assert.equal((await browser.get(back)).status, 409)
})

test('the second step of an account stays, unless the settings say that the provider saw to it', async () => {
  const browser = await linked(hub, 'tom', 'tom-there')
  const page = await browser.get('/account/two-step')
  const secret = page.text.match(/name="secret" value="([A-Z2-7]+)"/)[1]
  assert.equal((await browser.send('/account/two-step', '/account/two-step', {secret, code: totp(secret)})).status, 422) // another secret was shown meanwhile
  const fresh = await browser.get('/account/two-step'), now = fresh.text.match(/name="secret" value="([A-Z2-7]+)"/)[1]
  const on = await browser.request('/account/two-step', {form: {csrf: fresh.text.match(/name="csrf" value="([^"]+)"/)[1], secret: now, uri: 'x', code: totp(now)}})
  assert.equal(on.status, 200)
  const late = new Browser(hub)
  const answer = await late.byProvider()
  assert.match(answer.headers.location, /^\/sign-in\/code/)
  assert.equal(await late.isSignedIn(), false)
  appendFileSync(join(hub.dir, 'polder.conf'), 'trust_second_factor = yes\n')
  await hub.restart()
  const trusted = new Browser(hub)
  assert.equal((await trusted.byProvider()).headers.location, '/')
  assert.equal(await trusted.isSignedIn(), true)
})

test('who begins again and again is held up', async () => {
  await hub.restart()
  let held
  for (let i = 0; i < 40 && !held; i++) {
    const answer = await new Browser(hub).request('/sign-in/provider', {form: {next: '/'}})
    if (answer.status === 503) held = answer
  }
  assert.match(trouble(held), /too many attempts/i)
  await hub.restart()
})

test('the audit log tells of links and of sign-ins that failed', async () => {
  createUser(hub, 'root', 'owner')
  const browser = await new Browser(hub).signIn('root', password)
  const {text} = await browser.get('/admin/audit')
  for (const words of ['Identity link', 'Identity unlink', 'Session fail', 'ben-there']) assert.ok(text.includes(words), words)
})

test('with create = any whoever has a verified address that nobody has here becomes a guest', async () => {
  const open = await makeHub('create = any\n')
  createUser(open, 'anna.there', 'member')
  provider.person = somebody('new', {preferred_username: 'Anna.There@there.example', name: 'New <b>'})
  const browser = new Browser(open)
  assert.equal((await browser.byProvider()).status, 303)
  const {text} = await browser.get('/account')
  assert.match(text, /anna\.there-2 /)
  assert.match(text, /New &lt;b&gt;/)
  assert.match(text, /guest, since/)
  assert.equal((await new Browser(open).byProvider()).status, 303)
  for (const [more, status, words] of [[{email_verified: false}, 403, /verified/], [{email_verified: 'true'}, 403, /verified/], [{email: undefined}, 403, /verified/], [{email: 'ANNA.there@example.org'}, 409, /there is an account with your e-mail address/i]]) {
    provider.person = somebody('newer', more)
    await refusedWhen(open, {}, status, words)
  }
  // What the token leaves out comes from the userinfo, if that is the same person's.
  provider.lean = true
  provider.person = somebody('lean')
  await refusedWhen(open, {userinfo: (p) => ({...p, sub: 'another'})}, 403, /verified/)
  assert.equal((await new Browser(open).byProvider()).status, 303)
  provider.lean = false

  // The last way to sign in stays, until there is a password.
  const refused = await browser.send('/account', '/account/linked/off')
  assert.equal(refused.status, 422)
  assert.match(trouble(refused), /nothing would be left/i)
  assert.equal((await browser.send('/account', '/account/password', {password})).status, 303)
  assert.equal((await browser.send('/account', '/account/linked/off')).status, 303)
  const off = await new Browser(open).get('/sign-in')
  assert.match(off.text, /Sign in with Elsewhere/)
})

test('with create = invited an invitation is accepted without a password', async () => {
  const invited = await makeHub('create = invited\n')
  createUser(invited, 'root', 'owner')
  const root = await new Browser(invited).signIn('root', password)
  const invite = async (email) => (await root.send('/admin/roles', '/admin/roles/invite', {email, role: 'member'})).text.match(/id="fresh">[^<]*(\/invitation\/[A-Za-z0-9_-]+)</)[1]
  const path = await invite('somewhere@example.org')
  provider.person = somebody('guest-there', {email_verified: false})
  await refusedWhen(invited, {}, 403, /no account here is linked/i)
  const newcomer = new Browser(invited)
  const answer = await newcomer.byProvider({page: path, action: `${path}/provider`})
  assert.equal(answer.status, 303, answer.text)
  const {text} = await newcomer.get('/account')
  assert.match(text, /somewhere@example\.org/)
  assert.match(text, /member, since/)
  assert.equal((await new Browser(invited).get(path)).status, 404)
  assert.equal((await new Browser(invited).request(`${path}/provider`, {form: {}})).status, 404)
  // Who has an account joins with it.
  const again = await invite('elsewhere@example.org')
  assert.equal((await new Browser(invited).byProvider({page: again, action: `${again}/provider`})).status, 303)
  assert.equal(provider.person.sub, 'guest-there')
})

test('settings that make no sense are told when the hub starts', async () => {
  const program = join(process.env.POLDER_BUILD ?? 'build', 'polder-hub')
  const conf = join(hub.dir, 'polder.conf'), before = readFileSync(conf, 'utf8')
  for (const [line, words] of [['issuer = http://example.org', /issuer is an address with https/], ['issuer = https://example.org/?a', /issuer is an address/], ['issuer = http://127.0.0.1.example.org', /issuer is an address/], ['scopes = profile', /must hold openid/],
    ['create = everybody', /no setting \[oidc\] create/], ['trust_second_factor = maybe', /no setting/], ['colour = blue', /no setting \[oidc\] colour/]]) {
    writeFileSync(conf, before + line + '\n')
    const r = spawnSync(program, ['list', '--kind', 'use', '--hub', hub.dir], {encoding: 'utf8'})
    assert.notEqual(r.status, 0, line)
    assert.match(r.stderr, words)
  }
  writeFileSync(conf, before)
})
