// The inbox and what is mailed to one, on pages and by the API. Mails themselves are mail.test.mjs's matter.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser, formOf} from './browser.mjs'
import {startHub} from './hub.mjs'
import {nobody, person, token} from './people.mjs'

let hub, jan, piet, session
const defaults = {invitations: 'now', terms: 'now', messages: 'daily', reports: 'daily', cases: 'daily', disputes: 'daily', records: 'daily', security: 'now'}

before(async () => {
  hub = await startHub({name: 'Test hub'})
  jan = person(hub, 'jan', 'member')
  piet = person(hub, 'piet', 'coordinator')
  session = await new Browser(hub).signIn('jan')
})
after(() => hub?.stop())

const lesson = async (title) => (await jan.done(201, 'POST', '/records', {kind: 'lesson', body: {title, lesson: 'x'}})).body
const comment = (r, text) => piet.done(201, 'POST', `/records/${r.uid}/comments`, {text, audiences: ['owner']})
const items = (html) => [...html.matchAll(/<li class="(new|read)">[^]*?<\/div>/g)].map(([text, state]) => ({state, text}))

test('what is mailed is read and set alike on the page and by the API, part by part', async () => {
  assert.deepEqual((await jan.get('/me/notices')).body.mail, defaults)
  const set = (await jan.done(200, 'PUT', '/me/notices', {mail: {messages: 'weekly'}, hour: 17})).body
  assert.deepEqual(set.mail, {...defaults, messages: 'weekly'})
  assert.equal(set.hour, 17)
  const page = await session.get('/account/notices'), {pairs} = formOf(page.text, 'action="/account/notices"')
  const form = Object.fromEntries(pairs)
  assert.equal(form.messages, 'weekly')
  assert.equal(form.hour, '17')
  const saved = await session.follow(await session.send(page.text, 'action="/account/notices"', {messages: 'off', cases: 'now', weekday: '7', hour: '0'}))
  assert.match(saved.text, /Saved\./)
  const {body} = await jan.get('/me/notices')
  assert.deepEqual(body.mail, {...defaults, messages: 'off', cases: 'now'})
  assert.equal(body.hour, 0)
  assert.equal((await piet.get('/me/notices')).body.mail.messages, 'daily', 'nobody else\'s')
})

test('what can not be set is refused, and nothing is changed by it', async () => {
  const before = (await jan.get('/me/notices')).body
  for (const wrong of [{mail: {messages: 'sometimes'}}, {mail: {nothing: 'now'}}, {hour: 24}, {hour: -1}, {hour: '8'}, {weekday: 0}, {weekday: 8}, {mail: []}, {other: 1}, []]) {
    const {status, text} = await jan.put('/me/notices', wrong)
    assert.ok(status === 422 || status === 400, `${JSON.stringify(wrong)}: ${status} ${text}`)
  }
  assert.deepEqual((await jan.get('/me/notices')).body, before)
  assert.equal((await nobody(hub).get('/me/notices')).status, 401)
  const page = await session.get('/account/notices')
  for (const over of [{messages: 'sometimes'}, {hour: '24'}, {weekday: '0'}]) assert.ok([400, 422].includes((await session.send(page.text, 'action="/account/notices"', over)).status), JSON.stringify(over))
  assert.equal((await token(hub, 'jan', 'read').put('/me/notices', {hour: 3})).status, 403)
  assert.deepEqual((await jan.get('/me/notices')).body, before)
})

test('the inbox groups by record, filters, and marks as read what was shown', async () => {
  const [one, two] = [await lesson('The first lesson'), await lesson('The second lesson')]
  for (let i = 1; i <= 6; i++) await comment(one, `said ${i}`)
  await comment(two, 'said of the second')
  let page = await session.get('/inbox?sort=messages')
  let groups = items(page.text)
  assert.deepEqual(groups.map((g) => g.state), ['new', 'new'])
  assert.match(groups[0].text, /The second lesson/)
  assert.match(groups[1].text, /The first lesson[^]*6 new[^]*and 2 before/)
  assert.equal(items((await session.get('/inbox?sort=disputes')).text).length, 0)
  assert.ok(items((await session.get('/inbox?sort=security')).text).every((g) => /Your account/.test(g.text)))

  /* What comes after the page was shown stays new when "Mark all as read" of it is pressed. */
  const form = [...page.text.matchAll(/<form\b[^]*?<\/form>/g)].map(([html]) => html)
  const all = formOf(form.find((html) => html.includes('name="up_to"')), 'method="post"'), first = formOf(form.filter((html) => html.includes('name="of"'))[1], 'method="post"')
  await session.request('/inbox', {pairs: first.pairs})
  assert.deepEqual(items((await session.get('/inbox?sort=messages')).text).map((g) => g.state), ['new', 'read'])
  assert.equal(items((await session.get('/inbox?sort=messages&unread=true')).text).length, 1)
  await comment(one, 'said later')
  await session.request('/inbox', {pairs: all.pairs})
  groups = items((await session.get('/inbox?sort=messages&unread=true')).text)
  assert.equal(groups.length, 1)
  assert.match(groups[0].text, /The first lesson[^]*1 new/)

  /* To follow a notice is to have read it. */
  const [, link] = groups[0].text.match(/href="(\/inbox\/\d+)"/)
  assert.equal((await session.get(link)).headers.location, `/r/${one.uid}`)
  assert.equal(items((await session.get('/inbox?sort=messages&unread=true')).text).length, 0)
  /* Nobody follows another's. */
  const other = await new Browser(hub).signIn('piet')
  assert.equal((await other.get(link)).status, 404)
  /* Back goes to the inbox and nowhere else. */
  for (const back of ['https://elsewhere.example/', '//elsewhere.example', '/account'])
    assert.equal((await session.request('/inbox', {pairs: [...all.pairs, ['back', back]]})).headers.location, '/inbox')
})
