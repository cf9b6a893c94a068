// A release from its plan to its withdrawal, over the API, on pages and on the command line, as each of those who have a part in it.
import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser, formOf} from './browser.mjs'
import {eventually, startHub, starter, unescaped} from './hub.mjs'
import {nobody, person} from './people.mjs'
import {digest, plan, report} from './releases.mjs'

let hub, mia, lea, sam, zoe, tom, coco, safeguard, release
const ids = {}
before(async () => {
  hub = await startHub({import: [starter], clock: true, conf: '[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n'})
  mia = person(hub, 'mia', 'member')
  lea = person(hub, 'lea', 'member')
  sam = person(hub, 'sam', 'member')
  zoe = person(hub, 'zoe', 'guest')
  tom = person(hub, 'tom', 'guest')
  coco = person(hub, 'coco', 'coordinator')
  for (const one of hub.polder('admin', 'users', '--json').accounts) ids[one.login] = one.id
  safeguard = (await coco.done(201, 'POST', '/records', {kind: 'safeguard', body: {title: 'Input filter', description: 'It filters.', evidence: [{date: '2024-05', text: 'It held.'}]}})).body.uid
  await coco.done(200, 'POST', `/records/${safeguard}/moves`, {move: 'publish'})
})
after(async () => hub?.stop())

const act = (who, name, args, status = 200, id = release) => who.done(status, 'POST', `/records/${id}/acts`, {act: name, args})
const view = async (who = mia) => (await who.done(200, 'GET', `/releases/${release}`)).body
// A browser that sends a form's fields with its session's proof.
class Sender extends Browser {
  async post(path, fields) {
    this.csrf ??= (await this.get('/account')).text.match(/name="csrf" value="([^"]+)"/)[1]
    return this.request(path, {pairs: [['csrf', this.csrf], ...Object.entries(fields).filter(([, value]) => value !== '')]})
  }
}
const signedIn = (login) => new Sender(hub).signIn(login)
const invite = async (subject) => {
  const page = await signedIn('mia')
  assert.equal((await page.post(`/r/${release}/invite`, {subject, role: 'party'})).status, 303)
}
const next = (v) => v.stages.find((s) => s.at === 'ahead')

test('a plan is written, and a stage begins once all of it is met', async () => {
  release = (await mia.done(201, 'POST', '/records', {kind: 'release', body: plan({signer: ids.sam, safeguard, tester: ids.tom})})).body.uid
  await nobody(hub).done(404, 'GET', `/releases/${release}`)
  await lea.done(404, 'GET', `/releases/${release}`)
  await invite('sam')
  await act(mia, 'release.decide', {decision: 'proceed', rationale: 'x'}, 409)
  await mia.done(200, 'POST', `/records/${release}/moves`, {move: 'start'})
  await tom.done(404, 'GET', `/releases/${release}/access`)
  await act(mia, 'release.decide', {decision: 'proceed', rationale: 'The red team is ready.'})
  assert.equal((await view()).stage, 'red-team')
  assert.equal((await tom.done(200, 'GET', `/releases/${release}/access`)).body.by, 'named')
  const refused = await act(mia, 'release.decide', {decision: 'proceed', rationale: 'x'}, 409)
  for (const words of ['publish the record', 'no report about these very artifacts', 'Head of safety (nobody has signed)']) assert.ok(refused.body.detail.includes(words), words)
  assert.deepEqual(next(await view()).checklist.filter((c) => !c.met).map((c) => c.requirement), ['public', 'gate', 'signoff', 'signoff', 'separation'])
})

test('reports, sign-offs and an objection, as the API and the command line take them', async () => {
  await mia.done(200, 'POST', `/records/${release}/moves`, {move: 'publish'})
  const file = join(hub.folder, 'report.json')
  writeFileSync(file, report('PASS', 'b'.repeat(64)))
  assert.throws(() => hub.polder('release', 'gate', release, 'scan', file), /names no file with the digest of model.safetensors/)
  const attached = await mia.done(201, 'POST', `/records/${release}/files?name=report.json&audiences=owner,parties`, report('BLOCK'), {'content-type': 'application/json'})
  await act(mia, 'release.gate', {gate: 'scan', file: attached.body.file.sha256})
  assert.equal(next(await view()).checklist.find((c) => c.requirement === 'gate').verdict, 'block')
  writeFileSync(file, report('PASS'))
  assert.match(hub.polder('release', 'gate', release, 'scan', file), /the report is attached/)
  await act(sam, 'release.sign-off', {name: 'lead'}, 403)
  await act(lea, 'release.sign-off', {name: 'safety'}, 403)
  await act(sam, 'release.sign-off', {name: 'safety', note: 'the-sign-off-note', named: true})
  await act(sam, 'release.object', {reason: 'the-objection'})
  const id = (await view()).objections[0].objection
  assert.equal((await view()).signoffs[0].by, 'sam of the test')
  await act(mia, 'release.sign-off', {name: 'lead'})
  await act(mia, 'release.decide', {decision: 'proceed', rationale: 'x'}, 409)
  await act(sam, 'release.answer', {objection: id, text: 'x'}, 403)
  await act(mia, 'release.answer', {objection: id, text: 'the-objection-answer'})
  assert.match(hub.polder('release', 'show', release), /> present Red team[\s\S]*met {3}Gate: Scan of the weights[\s\S]*Objections\n.*closed/)
  const out = hub.polder('release', 'decide', release, 'proceed', '--reason', 'All of it is met.')
  assert.match(out, /proceed/)
  assert.equal((await view()).stage, 'gated')
  await act(mia, 'release.decide', {decision: 'proceed', rationale: 'x', stage: 'open'}, 409)
  const shown = (await nobody(hub).done(200, 'GET', `/releases/${release}`)).body
  assert.deepEqual(shown.decisions.at(-1).signed, [{as: 'Head of safety', name: 'sam of the test'}, {as: 'Lead'}])
})

test('the page of a release says where it stands and offers what its reader may do', async () => {
  await eventually(async () => (await hub.request(`/r/${release}`)).text.includes('All of it is met.'), 'the page is made anew')
  const open = (await hub.request(`/r/${release}`)).text
  assert.match(open, /class="behind"[\s\S]*Red team[\s\S]*aria-current="step"[\s\S]*Gated[\s\S]*class="ahead"[\s\S]*Open/)
  assert.match(open, /Before “Open” begins/)
  assert.match(open, new RegExp(`href="/r/${release}/access">Sign in and ask for access`))
  for (const hidden of ['the-tester-note', 'the-risk-statement', 'the-sign-off-note', 'the-objection', 'the-assessment', 'the-notes', ids.tom]) assert.ok(!open.includes(hidden), hidden)
  const part = (await (await signedIn('sam')).get(`/r/${release}`)).text
  for (const told of ['the-sign-off-note', 'the-objection-answer', 'the-assessment']) assert.ok(part.includes(told), told)
  assert.ok(!part.includes('the-notes'))
  const own = await signedIn('mia')
  const mine = (await own.get(`/r/${release}`)).text
  assert.match(mine, /Requests for access/)
  assert.match((await own.get(`/r/${release}/act/release.sign-off?name=lead`)).text, /value="lead"/)
  assert.match((await hub.request('/releases')).text, /Tulip 2[\s\S]*Gated[\s\S]*stage 2 of 3/)
})

test('access is asked for by the form of the release, and decided in its queue', async () => {
  const page = await signedIn('zoe')
  const form = await page.get(`/r/${release}/access`)
  assert.match(form.text, /<h1>Ask for Tulip<\/h1>[\s\S]*What for\?[\s\S]*<option value="NL"\s*>Netherlands<\/option>[\s\S]*industry &amp; more[\s\S]*the-terms/)
  const wrong = await page.post(`/r/${release}/access`, {'answer-purpose': '<b>mine</b>', 'answer-land': 'XX'})
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /&lt;b&gt;mine&lt;\/b&gt;/)
  const answers = {'answer-purpose': '=SUM(the-answer-of-zoe)', 'answer-agree': 'yes', 'answer-day': '2026-03-04', 'answer-land': 'NL', 'answer-sector': 'industry & more', terms: 'yes'}
  assert.match((await page.post(`/r/${release}/access`, {...answers, terms: ''})).text, /agree to its terms/)
  const sent = await page.post(`/r/${release}/access`, answers)
  assert.equal(sent.status, 303)
  assert.match((await page.get(sent.headers.location)).text, /Your request was sent[\s\S]*Tulip 2[\s\S]*Pending/)
  assert.equal((await page.get(`/r/${release}/access`)).status, 409)
  for (const one of [lea, sam]) await one.done(201, 'POST', `/releases/${release}/requests`, {answers: {purpose: `for ${one.login}`, agree: true}, terms: true})
  const bad = await coco.done(422, 'POST', `/releases/${release}/requests`, {answers: {purpose: 'x', agree: true, other: 'y'}, terms: true})
  assert.equal(bad.body.errors[0].where ?? bad.body.errors[0].pointer, '/answers/other')

  for (const other of ['coco', 'sam', 'zoe']) assert.equal((await (await signedIn(other)).get(`/r/${release}/requests`)).status, 403)
  const own = await signedIn('mia')
  const queue = await own.get(`/r/${release}/requests?state=pending`)
  assert.match(queue.text, /the-answer-of-zoe/)
  const uid = async (login) => (await mia.done(200, 'GET', `/releases/${release}/requests`)).body.items.find((r) => r.email === `${login}@example.org`).id
  const {action, pairs} = formOf(queue.text, `action="/r/${release}/requests"`)
  const send = async (list, what, reason = '') => own.request(action, {pairs: [...pairs.filter(([name]) => name === 'csrf'), ...list.map((id) => ['request', id]), ['act', what], ['reason', reason]]})
  assert.match((await send([], 'access.accept')).text, /Choose one request/)
  assert.match((await send([await uid('lea')], 'access.reject')).text, /Say why/)
  const done = await send([await uid('zoe'), await uid('sam')], 'access.accept', 'Welcome.')
  assert.equal(done.status, 303, done.text)
  assert.match((await own.get(done.headers.location)).text, /2 requests were decided/)
  assert.equal((await send([await uid('lea')], 'access.reject', 'the-reason-for-lea')).status, 303)
  assert.match((await (await signedIn('lea')).get('/account/access')).text, /the-reason-for-lea[\s\S]*Rejected/)
  await lea.done(409, 'POST', `/releases/${release}/requests`, {answers: {purpose: 'again', agree: true}, terms: true})
  const some = await mia.done(200, 'POST', `/releases/${release}/requests/decisions`, {act: 'access.revoke', requests: [await uid('sam'), 'R-0000-0000', await uid('lea')], reason: 'misused'})
  assert.deepEqual(some.body.items.map((one) => one.done), [true, false, false])
  const own_hand = await lea.done(200, 'POST', `/releases/${release}/requests/decisions`, {act: 'access.reopen', requests: [await uid('lea')]})
  assert.equal(own_hand.body.items[0].done, false)
  assert.match(own_hand.body.items[0].reason, /owners of the release/)
})

test('a download server asks by a token, and is told yes or no', async () => {
  const check = (who, query = '') => who.send('GET', `/releases/${release}/access/check${query}`)
  const {body} = await zoe.done(200, 'GET', `/releases/${release}/access`)
  assert.equal(body.access, true)
  assert.equal(body.by, 'accepted')
  assert.equal(body.stage, 'gated')
  assert.ok(new Date(body.until) > Date.now() + 28 * 86400000)
  const yes = await check(zoe, `?sha256=${digest}`)
  assert.equal(yes.status, 204)
  assert.equal(yes.headers['polder-access'], 'accepted')
  assert.equal(yes.text, '')
  assert.equal((await check(zoe, `?sha256=${'b'.repeat(64)}`)).status, 403)
  assert.equal((await check(lea)).status, 403)
  assert.equal((await check(nobody(hub))).status, 401)
  assert.equal((await hub.request('/api/v1/releases/R-0000-0000/access/check', {headers: {authorization: `Bearer ${zoe.token}`}})).status, 403)
  assert.equal((await hub.request(`/api/v1/releases/${release}/access/check`, {headers: {authorization: 'Bearer nonsense'}})).status, 401)
})

test('what was answered can be taken out by the owners, and holds no formula', async () => {
  const csv = await mia.send('GET', `/releases/${release}/requests/export?format=csv`)
  assert.equal(csv.status, 200)
  assert.match(csv.headers['content-type'], /^text\/csv/)
  assert.match(csv.text, /^"id","state","asked","decided","until","name","email","reason","answer_purpose","answer_agree","answer_day","answer_land","answer_sector"\r\n/)
  assert.ok(csv.text.includes(`"'=SUM(the-answer-of-zoe)"`))
  assert.ok(!/(^|,)"[=+@-]/m.test(csv.text))
  const all = (await mia.done(200, 'GET', `/releases/${release}/requests/export?state=accepted`)).body
  assert.deepEqual(all.map((one) => one.email), ['zoe@example.org'])
  const file = join(hub.folder, 'requests.csv')
  hub.polder('release', 'export', release, '--csv', '--out', file)
  assert.equal(readFileSync(file, 'utf8'), csv.text)
  assert.equal(hub.polder('release', 'requests', release, '--state', 'rejected', '--json').length, 1)
  for (const who of [coco, sam, zoe]) await who.done(403, 'GET', `/releases/${release}/requests/export`)
})

test('access ends by itself, and a rejected request is reopened and accepted on the command line', async () => {
  hub.later(32 * 86400)
  await eventually(async () => !(await zoe.done(200, 'GET', `/releases/${release}/access`)).body.access, 'the hour has come')
  await eventually(async () => (await zoe.done(200, 'GET', '/me/access')).body.items[0].state === 'expired', 'it is over')
  await eventually(async () => hub.polder('release', 'requests', release, '--state', 'expired', '--json').length === 1, 'the clock came by')
  const [{id}] = hub.polder('release', 'requests', release, '--state', 'rejected', '--json')
  hub.polder('act', id, 'access.reopen')
  assert.match(hub.polder('release', 'accept', release, id, '--reason', 'Looked at again.'), /accepted/)
  assert.equal((await lea.done(200, 'GET', `/releases/${release}/access`)).body.by, 'accepted')
})

test('it goes back, and is withdrawn: those who have access are told why, and what to do', async () => {
  const page = await signedIn('lea')
  await act(mia, 'release.roll-back', {to: 'red-team', reason: 'a-jailbreak', advice: 'stop-using-it'})
  assert.equal((await lea.done(200, 'GET', `/releases/${release}/access`)).body.access, false)
  await eventually(async () => /a-jailbreak/.test((await page.get('/inbox')).text) || /News of the release/.test((await page.get('/inbox')).text), 'they are told', 15000)
  await act(mia, 'release.withdraw', {reason: 'it-leaks', advice: 'delete-it'})
  await eventually(async () => /delete-it/.test((await hub.request(`/r/${release}`)).text), 'everybody reads it')
  const shown = await hub.request(`/r/${release}`)
  assert.match(shown.text, /Withdrawn[\s\S]*it-leaks/)
  await act(mia, 'release.decide', {decision: 'proceed', rationale: 'x'}, 409)
  assert.equal((await mia.done(200, 'GET', `/releases/${release}/access`)).body.access, false)
})

test('answers are nowhere but with who gave them and the owners, and can be erased by who gave them', async () => {
  const mine = (await zoe.done(200, 'GET', '/me/access')).body.items[0]
  const paths = (id) => [`/api/v1/records/${id}`, `/api/v1/records/${id}/history`, `/r/${id}`, `/r/${id}/history`, `/api/v1/records/${id}/log`]
  const browsers = {coco: await signedIn('coco'), sam: await signedIn('sam'), mia: await signedIn('mia'), zoe: await signedIn('zoe')}
  for (const path of [...paths(mine.id), `/r/${release}`, `/r/${release}/history`, '/browse/access-requests', '/search?q=SUM', '/releases', '/feed.atom', '/inbox', '/desk', `/api/v1/records/${release}`])
    for (const login of ['coco', 'sam']) {
      const answer = await browsers[login].get(path)
      for (const hidden of ['the-answer-of-zoe', 'zoe@example.org', 'industry &amp; more</dd>']) assert.ok(!unescaped(answer.text).includes(unescaped(hidden)), `${login} ${path}: ${hidden}`)
    }
  assert.match((await browsers.mia.get(`/r/${mine.id}`)).text, /the-answer-of-zoe/)
  assert.match((await browsers.zoe.get(`/r/${mine.id}`)).text, /the-answer-of-zoe/)
  await mia.done(403, 'POST', `/records/${mine.id}/erasure`, {reason: 'x'})
  await zoe.done(200, 'POST', `/records/${mine.id}/erasure`, {reason: 'mine'})
  await zoe.done(410, 'GET', `/records/${mine.id}`)
  assert.ok(!(await mia.send('GET', `/releases/${release}/requests/export?format=csv`)).text.includes('the-answer-of-zoe'))
})

test('afterwards the hub is whole, and nothing went wrong in it', () => {
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
  assert.equal(hub.errors, '')
})
