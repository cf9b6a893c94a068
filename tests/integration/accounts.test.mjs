// Signing in and out, the second step, passwords, tokens, invitations, roles: over HTTP, as a browser without JavaScript does it.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser as Visitor, formOf, typed} from './browser.mjs'
import {startHub, starter, unescaped} from './hub.mjs'
import {createUser as create, password} from './people.mjs'
import {totp} from './totp.mjs'

const other = 'a staple for the horse'
let hub
before(async () => {
  hub = await startHub({import: [starter]})
  for (const [login, role] of [['anna', 'owner'], ['coco', 'coordinator'], ['max', 'member'], ['gus', 'guest']])
    createUser(login, role)
})
after(async () => hub?.stop())

const createUser = (login, role) => create(hub, login, role)

// A browser that is told which form of which page to send.
class Browser extends Visitor {
  constructor() {
    super(hub)
  }
  request(path, {form, headers} = {}) {
    return super.request(path, {pairs: form, headers})
  }
  async send(page, action, over) {
    const {text, status} = await this.get(page)
    assert.equal(status, 200, page)
    const {pairs} = formOf(text, `action="${action}"`)
    return super.request(action, {pairs: typed(pairs, over)})
  }
  signIn(login, words = password) {
    return this.send('/sign-in', '/sign-in', {login, password: words})
  }
}
const signedIn = async (login) => {
  const browser = new Browser()
  const answer = await browser.signIn(login)
  assert.equal(answer.status, 303, answer.text)
  return browser
}
const h1 = ({text}) => unescaped(text.match(/<h1[^>]*>(.*?)<\/h1>/s)[1])

test('who signs in comes to where they wanted to go, and out again', async () => {
  const browser = new Browser()
  const away = await browser.get('/account')
  assert.equal(away.status, 303)
  assert.equal(away.headers.location, '/sign-in?next=%2Faccount')
  const answer = await browser.send(away.headers.location, '/sign-in', {login: 'max', password})
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.location, '/account')
  assert.match(answer.headers['set-cookie'][0], /; HttpOnly; SameSite=Lax/)
  assert.equal(h1(await browser.get('/account')), 'Your account')
  const out = await browser.send('/account', '/sign-out', {})
  assert.equal(out.status, 303)
  assert.equal((await browser.get('/account')).status, 303)
})

test('an address of mail serves as a name, in whatever case', async () => {
  assert.equal((await new Browser().signIn('MAX@Example.org')).status, 303)
})

test('a wrong name and a wrong password are refused in the same words', async () => {
  const [name, words] = [await new Browser().signIn('nobody-here'), await new Browser().signIn('gus', 'something else entirely')]
  for (const answer of [name, words]) {
    assert.equal(answer.status, 422)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
  const said = ({text}) => text.match(/role="alert"><p>(.*?)<\/p>/s)[1]
  assert.equal(said(name), said(words))
})

test('where to go next is on this site, or it is the home page', async () => {
  for (const next of ['https://example.org/', '//example.org/', '/\\example.org', 'javascript:alert(1)', '']) {
    const answer = await new Browser().send(`/sign-in?next=${encodeURIComponent(next)}`, '/sign-in', {login: 'max', password})
    assert.equal(answer.headers.location, '/', next)
  }
})

test('a form from elsewhere, or without its token, does nothing', async () => {
  const browser = await signedIn('max')
  for (const [form, headers] of [[{name: 'X', csrf: ''}, {}], [{name: 'X', csrf: 'A'.repeat(43)}, {}], [{name: 'X'}, {origin: 'https://example.org'}], [{name: 'X'}, {origin: undefined, 'sec-fetch-site': 'cross-site'}]]) {
    const clean = Object.fromEntries(Object.entries(headers).filter(([, v]) => v !== undefined))
    const answer = await browser.request('/account', {form: {email: 'max@example.org', ...form}, headers: clean})
    assert.equal(answer.status, 403)
  }
  const sent = await new Browser().request('/sign-in', {form: {login: 'max', password}, headers: {origin: 'https://example.org'}})
  assert.equal(sent.status, 403)
  assert.equal(sent.headers['set-cookie'], undefined)
})

test('name and address are changed, and a mistake is told at the field with what was typed', async () => {
  const browser = await signedIn('gus')
  const wrong = await browser.send('/account', '/account', {name: 'Gustav <b>', email: 'not an address'})
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /value="not an address"[^>]*aria-invalid="true"/)
  assert.match(wrong.text, /value="Gustav &lt;b&gt;"/)
  const taken = await browser.send('/account', '/account', {email: 'max@example.org'})
  assert.equal(taken.status, 422)
  const saved = await browser.send('/account', '/account', {name: 'Gustav', email: 'gustav@example.org', time_zone: 'Europe/Amsterdam'})
  assert.equal(saved.status, 303)
  assert.match((await browser.get('/account')).text, /value="gustav@example.org"/)
  assert.equal((await browser.send('/account', '/account', {time_zone: 'Nowhere/Land'})).status, 422)
})

test('a new password ends the other sessions and is needed from then on', async () => {
  createUser('pam', 'member')
  const here = await signedIn('pam'), there = await signedIn('pam')
  assert.equal((await here.send('/account', '/account/password', {old: 'not the one', password: other})).status, 422)
  assert.equal((await here.send('/account', '/account/password', {old: password, password: 'short'})).status, 422)
  assert.equal((await here.send('/account', '/account/password', {old: password, password: other})).status, 303)
  assert.equal((await here.get('/account')).status, 200)
  assert.equal((await there.get('/account')).status, 303)
  assert.equal((await new Browser().signIn('pam')).status, 422)
  assert.equal((await new Browser().signIn('pam', other)).status, 303)
})

test('with an authenticator signing in takes a second step, and each code works once', async () => {
  createUser('tom', 'member')
  const browser = await signedIn('tom')
  const page = await browser.get('/account/two-step')
  const secret = page.text.match(/name="secret" value="([A-Z2-7]+)"/)[1]
  assert.match(page.text, /<svg class="qr"[\s\S]*<path fill="#000" d="M0 0h7v1h-7z/)
  const again = {secret, uri: 'x', csrf: page.text.match(/name="csrf" value="([^"]+)"/)[1]}
  assert.equal((await browser.request('/account/two-step', {form: {...again, code: '000000'}})).status, 422)
  const on = await browser.request('/account/two-step', {form: {...again, code: totp(secret)}})
  assert.equal(on.status, 200)
  const codes = [...on.text.matchAll(/<li><code>([^<]+)<\/code>/g)].map((m) => m[1])
  assert.equal(codes.length, 10)

  const late = new Browser()
  const first = await late.signIn('tom')
  assert.match(first.headers.location, /^\/sign-in\/code/)
  assert.match((await late.get('/account')).headers.location, /^\/sign-in\/code/)
  assert.equal((await late.send('/sign-in/code', '/sign-in/code', {code: '123456'})).status, 422)
  const next = totp(secret, Date.now() + 30000)
  assert.equal((await late.send('/sign-in/code', '/sign-in/code', {code: next})).status, 303)
  assert.equal((await late.get('/account')).status, 200)
  const replay = new Browser()
  await replay.signIn('tom')
  assert.equal((await replay.send('/sign-in/code', '/sign-in/code', {code: next})).status, 422)
  assert.equal((await replay.send('/sign-in/code', '/sign-in/code', {code: codes[3]})).status, 303)
  const twice = new Browser()
  await twice.signIn('tom')
  assert.equal((await twice.send('/sign-in/code', '/sign-in/code', {code: codes[3]})).status, 422)
  const off = await late.send('/account', '/account/two-step/off', {old: password})
  assert.equal(off.status, 303)
  assert.equal((await new Browser().signIn('tom')).headers.location, '/')
})

test('who guesses is held up, whatever is right then', async () => {
  createUser('vic', 'member')
  let held
  for (let i = 0; i < 14 && !held; i++) {
    const answer = await new Browser().signIn('vic', `guess number ${i}`)
    assert.equal(answer.status, 422)
    if (/again in|wait|too many/i.test(answer.text)) held = i
  }
  assert.ok(held >= 5, `held up after ${held}`)
  assert.equal((await new Browser().signIn('vic')).status, 422)
  assert.equal((await new Browser().signIn('max')).status, 303)
})

test('sessions are listed and can be ended one by one', async () => {
  const here = await signedIn('coco'), there = await signedIn('coco')
  const {text} = await here.get('/account')
  const ids = [...text.matchAll(/name="id" value="([^"]+)"/g)].map((m) => m[1])
  assert.ok(ids.length >= 1)
  const csrf = text.match(/name="csrf" value="([^"]+)"/)[1]
  for (const id of ids) assert.equal((await here.request('/account/sessions', {form: {csrf, id}})).status, 303)
  assert.equal((await here.get('/account')).status, 200)
  assert.equal((await there.get('/account')).status, 303)
})

test('a token is shown once, does what it was made for, and no more after it is revoked', async () => {
  const browser = await signedIn('max')
  const made = await browser.send('/account/tokens', '/account/tokens', {name: 'for the test', scope: 'read', days: '30'})
  assert.equal(made.status, 200)
  const token = made.text.match(/id="fresh">(pldr_[A-Za-z0-9_-]+)</)[1]
  const list = await browser.get('/account/tokens')
  assert.ok(!list.text.includes(token))
  const ask = (headers) => hub.request('/api/v1/records?limit=1', {headers: {accept: 'application/json', ...headers}})
  assert.equal((await ask({authorization: `Bearer ${token}`})).status, 200)
  assert.equal((await ask({authorization: 'Bearer pldr_nonsense'})).status, 401)
  assert.equal((await browser.send('/account/tokens', '/account/tokens', {name: '', scope: 'read', days: '30'})).status, 422)
  assert.equal((await browser.send('/account/tokens', '/account/tokens/revoke', {})).status, 303)
  assert.equal((await ask({authorization: `Bearer ${token}`})).status, 401)
})

test('somebody who was invited makes an account with the role that was meant, once', async () => {
  const anna = await signedIn('anna')
  const invited = await anna.send('/admin/roles', '/admin/roles/invite', {email: 'newcomer@example.org', role: 'member'})
  const path = invited.text.match(/id="fresh">[^<]*(\/invitation\/[A-Za-z0-9_-]+)</)[1]
  const newcomer = new Browser()
  assert.match((await newcomer.get(path)).text, /as member/)
  assert.equal((await newcomer.send(path, path, {login: 'max', name: 'New', password: other})).status, 422)
  assert.equal((await newcomer.send(path, path, {login: 'newcomer', name: 'New', password: 'short'})).status, 422)
  assert.equal((await newcomer.send(path, path, {login: 'newcomer', name: 'Newcomer', password: other})).status, 303)
  assert.match((await newcomer.get('/account')).text, /member, since/)
  assert.equal((await new Browser().get(path)).status, 404)
})

test('administration is for owners of the hub, and the last of them stays', async () => {
  for (const login of ['coco', 'max']) {
    const browser = await signedIn(login)
    for (const path of ['/admin', '/admin/roles', '/admin/audit']) assert.equal((await browser.get(path)).status, 403, `${login} ${path}`)
  }
  const anna = await signedIn('anna')
  const {text} = await anna.get('/admin/roles')
  const person = text.match(/name="person" value="([^"]+)">\s*<label[^>]*>Role of anna/)[1]
  const csrf = text.match(/name="csrf" value="([^"]+)"/)[1]
  const answer = await anna.request('/admin/roles', {form: {csrf, person, role: 'guest'}})
  assert.equal(answer.status, 422)
  assert.equal((await anna.get('/admin')).status, 200)
})

test('a suspended account is out at once and for good', async () => {
  createUser('sam', 'member')
  const sam = await signedIn('sam'), anna = await signedIn('anna')
  const uid = (await sam.get('/account')).text.match(/U-[0-9A-Z]{4}-[0-9A-Z]{4}/)[0]
  assert.equal((await anna.send(`/admin/accounts/${uid}`, `/admin/accounts/${uid}`, {what: 'suspend'})).status, 303)
  assert.equal((await sam.get('/account')).status, 303)
  assert.equal((await new Browser().signIn('sam')).status, 422)
  assert.equal((await anna.send(`/admin/accounts/${uid}`, `/admin/accounts/${uid}`, {what: 'restore'})).status, 303)
  assert.equal((await new Browser().signIn('sam')).status, 303)
})

test('the audit log tells who did what, and no secret', async () => {
  const anna = await signedIn('anna')
  const {text, status} = await anna.get('/admin/audit')
  assert.equal(status, 200)
  for (const words of ['Session begin', 'Token create', 'Member set']) assert.ok(text.includes(words), words)
  for (const secret of [password, other, 'pldr_']) assert.ok(!text.includes(secret))
})

test('pages of somebody who is signed in are kept by nobody', async () => {
  const browser = await signedIn('max')
  for (const path of ['/', '/browse', '/account', '/inbox', '/search?q=fraud']) {
    const {headers, status} = await browser.get(path)
    assert.equal(status, 200, path)
    assert.match(headers['cache-control'], /no-store|private/, path)
  }
  assert.match((await new Browser().get('/')).text, />Sign in</)
})

test('a search is saved, found again and forgotten', async () => {
  const browser = await signedIn('max')
  const saved = await browser.send('/search?q=deepfake&kind=incident', '/searches', {name: 'Deepfakes <i>'})
  assert.equal(saved.status, 303)
  const {text} = await browser.get('/searches')
  const href = unescaped(text.match(/<a href="(\/search\?[^"]+)">Deepfakes &lt;i&gt;/)[1])
  assert.equal((await browser.get(href)).status, 200)
  assert.match(href, /q=deepfake/)
  assert.equal((await browser.send('/searches', '/searches/forget', {})).status, 303)
  assert.match((await browser.get('/searches')).text, /None yet/)
})

test('forms that come too fast are held up by account, and by address where nobody is known', async () => {
  const quick = await startHub({conf: '[limits]\nwrites = 6\n'})
  try {
    create(quick, 'max', 'member')
    const statuses = async (browser) => {
      const out = []
      for (let i = 0; i < 8; i++) out.push((await browser.request('/sign-in', {pairs: [['login', 'nobody'], ['password', `guess ${i}`]]})).status)
      return out
    }
    const max = await new Visitor(quick).signIn('max')
    const anonymous = await statuses(new Visitor(quick)), known = await statuses(max)
    assert.equal(anonymous.at(-1), 429)
    assert.equal(known[0], 422) // an account is counted for itself
    assert.equal(known.at(-1), 429)
    assert.equal((await max.get('/account')).status, 200)
  } finally {
    await quick.stop()
  }
})

test('where visitors come by https the cookie is the host\'s alone and Secure', async () => {
  const safe = await startHub({conf: '[hub]\nurl = https://hub.example.org\n'})
  try {
    create(safe, 'max', 'member')
    const max = new Visitor(safe)
    const answer = await max.request('/sign-in', {pairs: [['login', 'max'], ['password', password]], headers: {host: 'hub.example.org', origin: 'https://hub.example.org'}})
    assert.equal(answer.status, 303, answer.text)
    assert.match(answer.headers['set-cookie'][0], /^__Host-polder=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/)
    assert.match(answer.headers['strict-transport-security'], /max-age=/)
    assert.equal((await max.get('/account')).status, 200)
  } finally {
    await safe.stop()
  }
})

test('who belongs to an organization is seen by its members and who runs the hub, and by nobody else', async () => {
  const uid = hub.polder('list', '--kind', 'organization', '--limit', '1', '--json').items[0].uid
  createUser('ola', 'guest')
  hub.polder('admin', 'set-role', 'ola', 'member', '--organization', uid)
  const seen = async (login) => {
    const answer = await (await signedIn(login)).get(`/members/${uid}`)
    return [answer.status, /Invite somebody/.test(answer.text)]
  }
  assert.deepEqual(await seen('max'), [404, false])
  assert.deepEqual(await seen('ola'), [200, false])
  assert.deepEqual(await seen('coco'), [200, true])
  assert.deepEqual(await seen('anna'), [200, true])
  hub.polder('admin', 'set-role', 'ola', 'owner', '--organization', uid)
  assert.deepEqual(await seen('ola'), [200, true])
})
