// Webhooks: who is told of what, by calls that an independent reader of the specification verifies; and what happens where an address is slow, wrong or hostile.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import https from 'node:https'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser, formOf} from './browser.mjs'
import {eventually, source, startHub} from './hub.mjs'
import {nobody, person, token} from './people.mjs'
import {Receiver, verify} from './receiver.mjs'

let hub, receiver, jan, piet, kees, anna
const base = 'https://hub.example'
const limits = '[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n'
const MINUTE = 60, HOUR = 3600, DAY = 86400

before(async () => {
  receiver = await new Receiver().start()
  hub = await startHub({clock: true, conf: `[hub]\nurl = ${base}\n${limits}[webhooks]\nhttp_to_this_machine = yes\n`})
  jan = person(hub, 'jan', 'member')
  piet = person(hub, 'piet', 'coordinator')
  kees = person(hub, 'kees', 'member')
  anna = person(hub, 'anna', 'owner', 'write,admin')
})
after(async () => {
  await hub?.stop()
  await receiver?.stop()
})

let serial = 0
const path = () => `/hook-${++serial}`
const hook = async (who, at, more = {}) => (await who.done(201, 'POST', '/webhooks', {url: receiver.url + at, ...more})).body
const lesson = async (who, title = 'the-secret-title') => (await who.done(201, 'POST', '/records', {kind: 'lesson', body: {title, lesson: 'the-secret-lesson'}})).body
const comment = (who, r, audiences = ['owner']) => who.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'the-secret-comment', audiences})
// A server looks at its clock's file ten times a second.
async function later(seconds) {
  hub.later(Math.ceil(seconds))
  await new Promise((done) => setTimeout(done, 250))
}
const now = () => Date.now() / 1000 + hub.shift
const deliveries = async (who, w, query = '') => (await who.done(200, 'GET', `/webhooks/${w.id}/deliveries${query}`)).body.items
const settled = async (who, w, state) => {
  let found
  await eventually(async () => (found = (await deliveries(who, w, `?state=${state}`))[0]), `a call that is ${state}`, 20000)
  return found
}
// The inbox is a page.
async function told(who, words) {
  const session = await new Browser(hub).signIn(who.login)
  await eventually(async () => words.test((await hub.get('/inbox', {cookie: session.cookie})).text), `${words} in the inbox`)
}

test('a person is told of what stands in the inbox, in a signed call that says where and not what', async () => {
  const at = path(), w = await hook(jan, at)
  assert.match(w.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.equal((await jan.get(`/webhooks/${w.id}`)).body.secret, undefined)
  const r = await lesson(jan)
  await comment(piet, r)
  const call = await receiver.comes(at)
  assert.equal(call.method, 'POST')
  assert.equal(call.headers['content-type'], 'application/json')
  assert.ok(verify(w.secret, call.headers, call.body, now()))
  assert.ok(!verify(w.secret, call.headers, Buffer.concat([call.body, Buffer.from(' ')]), now()))
  assert.ok(!verify(w.secret, {...call.headers, 'webhook-id': 'msg_other'}, call.body, now()))
  assert.ok(!verify(w.secret.replace(/^whsec_./, (s) => (s.endsWith('A') ? 'whsec_B' : 'whsec_A')), call.headers, call.body, now()))
  const {timestamp, ...said} = call.json
  assert.deepEqual(said, {type: 'record.commented', data: {record: r.uid, kind: 'lesson', url: `${base}/r/${r.uid}`, api: `${base}/api/v1/records/${r.uid}`}})
  assert.match(timestamp, /^\d{4}-.*Z$/)
  assert.doesNotMatch(call.body + JSON.stringify(call.headers), /the-secret/)
  const done = await settled(jan, w, 'delivered')
  assert.equal(done.id, call.headers['webhook-id'])
  assert.equal(done.status, 204)
  assert.equal(done.payload, call.body.toString())
})

test('the recipe of docs/WEBHOOKS.md verifies what comes, and nothing else', async () => {
  const [, recipe] = readFileSync(join(source, 'docs', 'WEBHOOKS.md'), 'utf8').match(/```js\n([\s\S]*?)```/)
  const documented = await import(`data:text/javascript,${encodeURIComponent(recipe)}`)
  const at = path(), w = await hook(jan, at)
  await jan.done(202, 'POST', `/webhooks/${w.id}/test`)
  const call = await receiver.comes(at)
  assert.ok(documented.verify(w.secret, call.headers, call.body, now()))
  assert.ok(!documented.verify(w.secret, call.headers, call.body + ' ', now()))
  assert.ok(!documented.verify(w.secret, call.headers, call.body, now() + 301))
  assert.ok(!documented.verify(w.secret, {...call.headers, 'webhook-timestamp': `${Number(call.headers['webhook-timestamp']) + 1}`}, call.body, now()))
  assert.ok(!documented.verify(w.secret, {...call.headers, 'webhook-signature': 'v1, v1,AAAA'}, call.body, now()))
})

test('the hub\'s own are told of what is public, and of that what lists show', async () => {
  assert.equal((await jan.post('/webhooks', {url: receiver.url, owner: 'hub'})).status, 404)
  assert.equal((await token(hub, 'anna').post('/webhooks', {url: receiver.url, owner: 'hub'})).status, 404, 'without the scope for it')
  const at = path(), w = await hook(anna, at, {owner: 'hub'})
  const hidden = await lesson(jan), r = await lesson(jan, 'A public title')
  await comment(piet, hidden)
  await piet.done(200, 'POST', `/records/${r.uid}/moves`, {move: 'publish'})
  const call = await receiver.comes(at)
  assert.equal(call.json.type, 'record.published')
  assert.equal(call.json.data.public.title, 'A public title')
  assert.equal(call.json.data.record, r.uid)
  await comment(piet, r, ['public'])
  await comment(piet, r, ['coordinators'])
  assert.equal((await receiver.comes(at, 2)).json.type, 'record.commented')
  assert.ok(!receiver.at(at).some((one) => one.body.includes(hidden.uid)))
  await anna.done(200, 'DELETE', `/webhooks/${w.id}`)
})

test('an organization is told of what it may know as a party, until it is none', async () => {
  const made = (await piet.done(201, 'POST', '/records', {kind: 'organization', body: {name: 'Makers', type: 'company'}})).body
  await piet.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  hub.polder('admin', 'set-role', 'kees', 'owner', '--organization', made.uid)
  hub.polder('admin', 'set-role', 'jan', 'member', '--organization', made.uid)
  assert.equal((await jan.post('/webhooks', {url: receiver.url, owner: made.uid})).status, 404)
  const at = path(), w = await hook(kees, at, {owner: made.uid})
  const r = await lesson(piet), session = await new Browser(hub).signIn('piet')
  const party = async (what, fields) => assert.equal((await session.request(`/r/${r.uid}/${what}`, {pairs: Object.entries({csrf: (await session.get('/account')).text.match(/name="csrf" value="([^"]+)"/)[1], ...fields})})).status, 303)
  await party('invite', {subject: made.uid, role: 'party'})
  await comment(piet, r, ['parties'])
  await comment(piet, r, ['coordinators'])
  await eventually(() => receiver.at(at).length >= 2, 'two calls', 15000)
  assert.deepEqual(receiver.at(at).map((one) => one.json.type).sort(), ['record.commented', 'record.invited'])
  /* A call that waits when the organization is dismissed is not made. */
  receiver.answers[at] = 500
  await comment(piet, r, ['parties'])
  await settled(kees, w, 'waiting')
  const so_far = () => receiver.at(at).length
  await eventually(() => so_far() === 3, 'a first attempt')
  await party('dismiss', {subject: made.uid})
  receiver.answers[at] = 200
  await later(DAY)
  const dropped = await settled(kees, w, 'dropped')
  assert.equal(dropped.record, r.uid)
  assert.equal(so_far(), 3)
  for (const who of [jan, piet, nobody(hub)]) assert.notEqual((await who.get(`/webhooks/${w.id}`)).status, 200)
})

test('only what is asked for is told', async () => {
  const [a, b, c] = [path(), path(), path()]
  await hook(jan, a, {types: ['record.attached', 'act.*']})
  await hook(jan, b, {kinds: ['report']})
  await hook(jan, c, {types: ['record.commented'], kinds: ['lesson', 'case']})
  const r = await lesson(jan)
  await comment(piet, r)
  await receiver.comes(c)
  await new Promise((done) => setTimeout(done, 500))
  assert.equal(receiver.at(a).length + receiver.at(b).length, 0)
  for (const [wrong, where] of [[{types: ['record.no']}, 'types'], [{kinds: ['no']}, 'kinds'], [{note: 'two\nlines'}, 'note']]) {
    const {status, body} = await jan.post('/webhooks', {url: receiver.url, ...wrong})
    assert.equal(status, 422)
    assert.equal(body.errors[0].pointer ?? body.errors[0].where ?? body.errors[0].parameter ?? where, where)
  }
})

test('what fails is tried again by the schedule, with the same identifier and a fresh moment, and given up in the end', async () => {
  const at = path(), w = await hook(jan, at)
  receiver.answers[at] = (response) => response.writeHead(500).end(Buffer.from('\x00\xff not now <b>', 'latin1'))
  await comment(piet, await lesson(jan))
  await receiver.comes(at)
  let one = await settled(jan, w, 'waiting')
  await eventually(async () => (one = await settled(jan, w, 'waiting')).attempts === 1, 'one attempt')
  assert.equal(one.status, 500)
  assert.match(one.answer, /^\?\? not now <b>$/)
  const least = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
  for (const [i, seconds] of least.entries()) {
    const waits = (Date.parse(one.due) - Date.parse(one.at)) / 1000
    assert.ok(waits >= seconds && waits <= seconds * 1.2 + 1, `${waits} instead of ${seconds}`)
    await later(seconds * 1.25)
    await receiver.comes(at, i + 2)
    await eventually(async () => (one = (await deliveries(jan, w))[0]).attempts === i + 2, `attempt ${i + 2}`)
  }
  assert.equal(one.state, 'failed')
  const calls = receiver.at(at)
  assert.equal(new Set(calls.map((c) => c.headers['webhook-id'])).size, 1)
  assert.equal(new Set(calls.map((c) => c.headers['webhook-timestamp'])).size, 10)
  const last = calls.at(-1)
  assert.ok(verify(w.secret, last.headers, last.body, now()))
  /* Three days without a call that went well: it is off, and its owner knows. */
  const {body} = await jan.get(`/webhooks/${w.id}`)
  assert.equal(body.enabled, false)
  assert.equal(body.problem, 'failing')
  await told(jan, /A webhook was switched off/)
})

test('410 switches it off at once; Retry-After and 429 hold all of its calls back', async () => {
  const [a, b] = [path(), path()]
  const gone = await hook(jan, a), busy = await hook(jan, b)
  receiver.answers[a] = 410
  receiver.answers[b] = (response) => response.writeHead(429, {'retry-after': '1800'}).end()
  const r = await lesson(jan)
  await comment(piet, r)
  await eventually(async () => (await jan.get(`/webhooks/${gone.id}`)).body.problem === 'gone', 'it is off')
  assert.equal((await deliveries(jan, gone))[0].state, 'failed')
  assert.equal((await jan.post(`/webhooks/${gone.id}/test`)).status, 409)
  const one = await settled(jan, busy, 'waiting')
  await eventually(async () => (await deliveries(jan, busy))[0].attempts === 1, 'an attempt')
  const [{at, due}] = await deliveries(jan, busy)
  assert.ok(Date.parse(due) - Date.parse(at) >= 1800_000, `${one.id}: ${at} ${due}`)
  await comment(piet, r)
  await later(20 * MINUTE)
  await new Promise((done) => setTimeout(done, 4500))
  assert.equal(receiver.at(b).length, 1)
  assert.equal(receiver.at(a).length, 1)
  receiver.answers[b] = 200
  await later(20 * MINUTE)
  await eventually(() => receiver.at(b).length === 3, 'both calls', 15000)
  /* Switched on again, it is told of what happens from then on. */
  receiver.answers[a] = 200
  await jan.done(200, 'PATCH', `/webhooks/${gone.id}`, {enabled: true})
  await comment(piet, r)
  await receiver.comes(a, 2)
})

test('a new secret and the one before sign together for a day', async () => {
  const at = path(), w = await hook(jan, at)
  const rotated = (await jan.done(200, 'POST', `/webhooks/${w.id}/secret`)).body
  assert.notEqual(rotated.secret, w.secret)
  assert.ok(rotated.old_secret_ends)
  await jan.done(202, 'POST', `/webhooks/${w.id}/test`)
  const call = await receiver.comes(at)
  assert.equal(call.json.type, 'webhook.test')
  for (const secret of [w.secret, rotated.secret]) assert.ok(verify(secret, call.headers, call.body, now()))
  await later(DAY + 60)
  await jan.done(202, 'POST', `/webhooks/${w.id}/test`)
  const second = await receiver.comes(at, 2)
  assert.ok(verify(rotated.secret, second.headers, second.body, now()))
  assert.ok(!verify(w.secret, second.headers, second.body, now()))
  const again = (await deliveries(jan, w))[0]
  await jan.done(202, 'POST', `/webhooks/${w.id}/deliveries/${again.id}/resend`)
  assert.equal((await receiver.comes(at, 3)).headers['webhook-id'], again.id)
  assert.equal((await jan.post(`/webhooks/${w.id}/deliveries/msg_none/resend`)).status, 404)
})

test('what happens while the hub is down or a call is under way is told once it is up, and once', async () => {
  const at = path(), w = await hook(jan, at)
  const r = await lesson(jan)
  await hub.end()
  hub.polder('comment', r.uid, 'the-secret-comment', '--for', 'owner')
  await hub.serve(hub.port)
  await receiver.comes(at)
  await hub.restart()
  await new Promise((done) => setTimeout(done, 3000))
  assert.equal(receiver.at(at).length, 1)
  assert.equal((await deliveries(jan, w)).length, 1)
})

test('a slow address holds up itself alone', async () => {
  const slow = [path(), path(), path()], quick = path()
  for (const at of slow) {
    receiver.answers[at] = () => {} /* never */
    await hook(kees, at)
  }
  await hook(kees, quick)
  const r = await lesson(kees)
  await comment(piet, r)
  await receiver.comes(quick, 1, 8000)
  await eventually(() => slow.every((at) => receiver.at(at).length), 'the slow ones were called too', 40000)
  const began = Date.now()
  await comment(piet, r)
  await receiver.comes(quick, 2, 10000)
  assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`)
  for (const {id} of (await kees.get('/webhooks')).body.items) await kees.done(200, 'DELETE', `/webhooks/${id}`)
})

test('a huge answer is cut off, a redirect is not followed, an address that is not public is not called', async () => {
  const [huge, sent, target] = [path(), path(), path()]
  receiver.answers[huge] = (response) => {
    response.writeHead(200)
    const part = Buffer.alloc(1 << 16, 'x')
    const more = () => { while (!response.destroyed && response.write(part)); }
    response.on('drain', more).on('error', () => {})
    more()
  }
  receiver.answers[sent] = (response) => response.writeHead(302, {location: receiver.url + target}).end()
  const w = await hook(jan, huge), v = await hook(jan, sent)
  for (const one of [w, v]) await jan.done(202, 'POST', `/webhooks/${one.id}/test`)
  const cut = await settled(jan, w, 'delivered')
  assert.equal(cut.answer, 'x'.repeat(1024))
  await eventually(async () => (await deliveries(jan, v))[0].status === 302, 'the redirect is a failure')
  assert.equal(receiver.at(target).length, 0)
  const plain = await startHub({conf: limits}), who = person(plain, 'who', 'member')
  try {
    const urls = ['https://10.0.0.1/', 'https://169.254.169.254/latest/meta-data', `https://localhost:${receiver.port}/`, `https://127.0.0.1:${receiver.port}/`, 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://0.0.0.0/', 'https://2130706433/', 'https://0x7f.1/']
    for (const url of urls) await who.done(202, 'POST', `/webhooks/${(await who.done(201, 'POST', '/webhooks', {url})).body.id}/test`)
    for (const one of (await who.get('/webhooks')).body.items)
      await eventually(async () => /not on the public Internet/.test((await deliveries(who, one))[0].problem), `${one.url} is refused`, 20000)
        .catch(async (error) => assert.fail(`${error.message}: ${JSON.stringify((await deliveries(who, one))[0])}`))
    assert.equal((await who.post('/webhooks', {url: receiver.url})).status, 422, 'http is spoken nowhere')
  } finally {
    await plain.stop()
  }
  for (const url of ['http://example.org/', 'http://192.0.2.1/', 'ftp://example.org/', 'https://', 'https:///x', 'https://user:word@example.org/', 'https://example.org/#x', 'https://exa mple.org/', 'https://example.org/"', 'javascript:alert(1)', 'https://h\u00fcb.example/', `https://example.org/${'x'.repeat(1000)}`])
    assert.equal((await jan.post('/webhooks', {url})).status, 422, url)
})

test('an address whose certificate nobody vouches for is not told anything', async () => {
  const other = await startHub({conf: `${limits}[webhooks]\nprivate_networks = yes\n`})
  const key = join(other.folder, 'key.pem'), cert = join(other.folder, 'cert.pem')
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert])
  assert.equal(made.status, 0)
  const tls = await new Receiver().start(https.createServer, {key: readFileSync(key), cert: readFileSync(cert)})
  try {
    const who = person(other, 'who', 'member')
    const w = (await who.done(201, 'POST', '/webhooks', {url: `https://127.0.0.1:${tls.port}/`})).body
    await who.done(202, 'POST', `/webhooks/${w.id}/test`)
    await eventually(async () => /certificate/i.test((await deliveries(who, w))[0].problem), 'the certificate is refused', 15000)
    assert.equal(tls.calls.length, 0)
  } finally {
    await other.stop()
    await tls.stop()
  }
})

test('whoever does not manage a webhook is told that there is none, whatever they ask', async () => {
  const at = path(), w = await hook(kees, at)
  await kees.done(202, 'POST', `/webhooks/${w.id}/test`)
  const [{id}] = await deliveries(kees, w)
  const asks = [['GET', ''], ['PATCH', '', {note: 'x'}], ['DELETE', ''], ['POST', '/secret'], ['POST', '/test'], ['GET', '/deliveries'], ['POST', `/deliveries/${id}/resend`]]
  for (const who of [jan, piet, anna])
    for (const [method, rest, body] of asks) {
      const there = await who.send(method, `/webhooks/${w.id}${rest}`, body), nowhere = await who.send(method, `/webhooks/wh_none${rest}`, body)
      assert.equal(there.status, 404, `${who.login} ${method} ${rest}`)
      assert.equal(there.text.replaceAll(w.id, 'wh_none'), nowhere.text)
    }
  for (const who of [jan, piet, anna]) assert.ok(!JSON.stringify((await who.get('/webhooks')).body).includes(w.id))
  for (const [method, rest, body] of asks) assert.equal((await nobody(hub).send(method, `/webhooks/${w.id}${rest}`, body)).status, 401)
  for (let i = 0; i < 25; i++) if ((await kees.post('/webhooks', {url: receiver.url})).status === 409) return
  assert.fail('there is a limit')
})

test('on its pages a webhook is made, tried, changed, given a new secret, switched off and taken away', async () => {
  const els = person(hub, 'els', 'member'), session = await new Browser(hub).signIn('els'), at = path()
  // A form of one button is known by what it asks for.
  const press = async (url, what, over = {}) => {
    const page = await session.get(url), form = [...page.text.matchAll(/<form\b[^]*?<\/form>/g)].map(([html]) => html).find((html) => html.includes(`name="what" value="${what}"`))
    assert.ok(form, `a form that asks for ${what}`)
    const {action, pairs} = formOf(form, 'method="post"')
    return session.follow(await session.request(action, {pairs: [...pairs.filter(([name]) => !(name in over)), ...Object.entries(over)]}))
  }
  const list = await session.get('/account/webhooks')
  assert.match(list.text, /None yet\./)
  const wrong = await session.send(list.text, 'action="/account/webhooks"', {url: 'ftp://example.org/', note: 'my bot'})
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /begins with https:\/\//)
  assert.match(wrong.text, /value="my bot"/, 'what was typed stays')
  const made = await session.send(list.text, 'action="/account/webhooks"', {url: receiver.url + at, note: 'my bot', types: 'record.commented, act.*'})
  assert.equal(made.status, 200)
  const secret = made.text.match(/whsec_[A-Za-z0-9+/]+=/)[0], [{id}] = (await els.get('/webhooks')).body.items, one = `/account/webhooks/${id}`
  assert.ok(!(await session.get(one)).text.includes('whsec_'), 'the secret is shown once')

  assert.match((await press(one, 'test')).text, /It is being called/)
  const call = await receiver.comes(at)
  assert.ok(verify(secret, call.headers, call.body, now()))
  await settled(els, {id}, 'delivered')
  const log = await session.get(`${one}?state=delivered`)
  assert.ok(log.text.includes(call.headers['webhook-id']))
  assert.match((await session.get(`${one}?state=failed`)).text, /None\./)
  await press(one, 'resend')
  assert.equal((await receiver.comes(at, 2)).headers['webhook-id'], call.headers['webhook-id'])
  assert.match((await press(one, 'edit', {url: receiver.url + at, note: 'renamed', types: '', kinds: 'lesson'})).text, /<h1>renamed<\/h1>/)
  assert.notEqual((await press(one, 'secret')).text.match(/whsec_[A-Za-z0-9+/]+=/)[0], secret)
  await press(one, 'off')
  assert.equal((await els.get(`/webhooks/${id}`)).body.enabled, false)
  await press(one, 'on')
  assert.equal((await els.get(`/webhooks/${id}`)).body.enabled, true)
  /* To somebody else there is none, whatever they press. */
  const other = await new Browser(hub).signIn('piet'), theirs = (await other.get('/account')).text.match(/name="csrf" value="([^"]+)"/)[1]
  assert.equal((await other.get(one)).status, 404)
  for (const what of ['edit', 'on', 'off', 'secret', 'test', 'resend', 'remove']) assert.equal((await other.request(one, {pairs: [['csrf', theirs], ['what', what]]})).status, 404, what)
  assert.equal((await session.request(one, {pairs: [['csrf', (await session.get(one)).text.match(/name="csrf" value="([^"]+)"/)[1]], ['what', 'anything']]})).status, 422)
  assert.match((await press(one, 'remove')).text, /The webhook was taken away/)
  assert.equal((await session.get(one)).status, 404)
})

test('the operator makes, tries and takes away the hub\'s by command', async () => {
  const at = path(), admin = (...args) => hub.polder('admin', 'webhooks', ...args, '--json')
  const w = admin('--add', receiver.url + at, '--types', 'record.published', '--note', 'of the operator')
  assert.equal(w.owner, 'hub')
  assert.ok(admin().some((one) => one.id === w.id && !one.secret))
  admin('--test', w.id)
  const call = await receiver.comes(at)
  assert.ok(verify(w.secret, call.headers, call.body, now()))
  await eventually(() => admin('--log', w.id)[0].state === 'delivered', 'it stands in the log')
  assert.equal(admin('--off', w.id).enabled, false)
  assert.equal(admin('--on', w.id).enabled, true)
  assert.notEqual(admin('--secret', w.id).secret, w.secret)
  hub.polder('admin', 'webhooks', '--remove', w.id)
  assert.ok(!admin().some((one) => one.id === w.id))
})
