// Terms on a served hub: who is told what as they run out, once each, whatever happens to the server and to its clock.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {eventually, startHub} from './hub.mjs'
import {nobody, password, person} from './people.mjs'

const DAY = 86400, HOUR = 3600
let hub, fay, coco, cora, uid, due
const now = () => Date.now() + hub.shift * 1000

before(async () => {
  hub = await startHub({clock: true})
  await hub.end()
  const conf = hub.dir + '/polder.conf'
  const {readFileSync, writeFileSync} = await import('node:fs')
  writeFileSync(conf, readFileSync(conf, 'utf8').replace('; time_zone = Europe/Amsterdam', 'time_zone = Europe/Amsterdam'))
  fay = person(hub, 'fay', 'member')
  coco = person(hub, 'coco', 'coordinator')
  cora = person(hub, 'cora', 'coordinator')
  for (const [login, role] of [['olga', 'owner'], ['judge', 'adjudicator'], ['sam', 'member']]) person(hub, login, role)
  // Until next Monday at ten, by UTC.
  const start = new Date()
  const monday = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate() + ((8 - start.getUTCDay()) % 7 || 7), 10)
  hub.later(Math.round((monday - Date.now()) / 1000))
  hub.polder('admin', 'holidays', new Date(monday + 2 * DAY * 1000).toISOString().slice(0, 10), '--title', 'A day off')
  await hub.serve()
})
after(() => hub.stop())

async function page(login, path) {
  const sent = await hub.request('/sign-in', {method: 'POST', body: new URLSearchParams({login, password}).toString(),
    headers: {'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin'}})
  assert.equal(sent.status, 303, sent.text)
  const cookie = String(sent.headers['set-cookie']).match(/([^;,\s]+=[^;]+);/)[1]
  return hub.request(path, {headers: {cookie}})
}
const inbox = async (login) => (await page(login, '/inbox?sort=terms')).text
const times = (text, what) => text.split(what).length - 1
const term = async (who = coco) => (await who.done(200, 'GET', `/records/${uid}/clocks`)).body.items.find((one) => one.name === 'acknowledge')
const reached = (rung) => eventually(async () => (await term()).rung >= rung, `rung ${rung} is reached`, 15000)
// Long enough for the server to look three times.
const quiet = () => new Promise((done) => setTimeout(done, 6500))

async function told(login, reminded, overdue, raised) {
  const text = await inbox(login)
  assert.deepEqual([times(text, 'A term is running out'), times(text, 'A term is overdue'), times(text, 'A term is still overdue')], [reminded, overdue, raised], login)
}

test('a report that arrives starts a term of three business days, and coordinators are told of it', async () => {
  const {body} = await fay.done(201, 'POST', '/records', {kind: 'report', body: {title: 'It leaks', summary: 'In short', description: 'What it does',
    classification: {real_world_harm: false, malicious_actor: false, csam: false}, systems: [{name: 'OLMo'}], severity: 'medium', disclosure: {intent: 'undecided'},
    statistics: {claim: 'It fails more often than the card says', trials: 1000, successes: 400}, confirmed: true}})
  uid = body.uid
  await fay.done(200, 'POST', `/records/${uid}/moves`, {move: 'submit'})
  const one = await term()
  due = new Date(one.due)
  // Tuesday, Thursday, Friday: Wednesday is a holiday.
  const there = due.toLocaleString('en-GB', {timeZone: 'Europe/Amsterdam', weekday: 'long', hour: '2-digit', minute: '2-digit', second: '2-digit'})
  assert.match(there, /Friday.* 23:59:59/)
  assert.ok(due - now() > 4 * DAY * 1000 && due - now() < 5 * DAY * 1000)
  assert.deepEqual([one.state, one.overdue, one.rung, one.who, one.basis], ['running', false, 0, 'coordinator', ''])
  for (const login of ['coco', 'cora']) assert.match((await page(login, '/inbox')).text, /It leaks[\s\S]*Submit → Received/)
  assert.doesNotMatch((await page('olga', '/inbox')).text, /It leaks|Received/)
})

test('at three quarters coordinators are reminded, once, also when the server starts again', async () => {
  hub.later(3 * DAY + 12 * HOUR)
  await reached(1)
  await hub.restart()
  await quiet()
  await told('coco', 1, 0, 0)
  await told('cora', 1, 0, 0)
  await told('fay', 0, 0, 0)
})

test('when it is over they are told, once, though the server was killed before it could say so', async () => {
  hub.process.kill('SIGKILL')
  await hub.ended
  hub.later(Math.ceil((due - now()) / 1000) + 2)
  await hub.serve(hub.port)
  await reached(2)
  // Killed again right behind it.
  hub.process.kill('SIGKILL')
  await hub.ended
  await hub.serve(hub.port)
  await quiet()
  await told('coco', 1, 1, 0)
  await told('cora', 1, 1, 0)
  await told('olga', 0, 0, 0)
})

test('a clock that is set back and forward again says nothing twice', async () => {
  hub.later(-2 * DAY)
  await quiet()
  assert.equal((await term()).overdue, false)
  hub.later(2 * DAY)
  await quiet()
  assert.equal((await term()).overdue, true)
  await told('coco', 1, 1, 0)
})

test('it shows on the record and in the queue, to those who may know', async () => {
  const queue = (await page('coco', '/desk/clocks?show=overdue')).text
  assert.match(queue, /Acknowledge[\s\S]*It leaks[\s\S]*overdue by/)
  assert.match((await page('coco', `/r/${uid}`)).text, /Terms[\s\S]*Acknowledge[\s\S]*overdue by[\s\S]*Put off/)
  const fays = (await page('fay', `/r/${uid}`)).text
  assert.match(fays, /Terms[\s\S]*Acknowledge[\s\S]*overdue by/)
  assert.doesNotMatch(fays, /Put off/)
  assert.equal((await page('sam', `/r/${uid}`)).status, 404)
  assert.equal((await page('sam', '/desk/clocks')).status, 403)
  assert.equal((await nobody(hub).get(`/records/${uid}/clocks`)).status, 401)
  const listed = async (query) => (await coco.done(200, 'GET', `/clocks${query}`)).body.items.length
  assert.deepEqual([await listed(''), await listed('?overdue=true'), await listed('?days=7&mine=true')], [1, 1, 1])
  assert.match(hub.polder('clocks', '--overdue'), /overdue.*Acknowledge.*It leaks/)
  assert.match(hub.polder('clocks', uid), /overdue.*Acknowledge/)
})

test('then it goes up the ladder: owners and adjudicators learn that a term is over, and not of which record', async () => {
  hub.later(3 * DAY)
  await reached(3)
  await told('olga', 0, 0, 1)
  await told('judge', 0, 0, 0)
  const text = await inbox('olga')
  assert.match(text, /A record that is not shown to you/)
  assert.doesNotMatch(text.slice(text.indexOf('<main'), text.indexOf('</main')).replace(/<select[\s\S]*?<\/select>/, ''), new RegExp(`${uid}|It leaks|Acknowledge|Report`))
  // Followed, it leads back, and not to the record.
  const followed = await page('olga', text.match(/href="(\/inbox\/\d+)"/)[1])
  assert.equal(followed.headers.location, '/inbox')
  // Down for two weeks.
  await hub.end()
  hub.later(10 * DAY)
  await hub.serve(hub.port)
  await reached(4)
  await quiet()
  await told('judge', 0, 0, 1)
  await told('olga', 0, 0, 1)
  await told('coco', 1, 1, 2)
  await told('fay', 0, 0, 0)
})

test('a coordinator puts it off with a reason, and meets it', async () => {
  const one = await term()
  const until = new Date(now() + 8 * DAY * 1000).toISOString()
  await fay.done(403, 'POST', `/records/${uid}/acts`, {act: 'clock.extend', args: {clock: one.id, until, reason: 'x'}})
  await cora.done(200, 'POST', `/records/${uid}/acts`, {act: 'clock.extend', args: {clock: one.id, until, reason: 'The finder is away'}})
  assert.deepEqual([(await term()).overdue, (await term()).rung, (await term()).put_off], [false, 0, true])
  assert.match((await page('fay', `/r/${uid}/history`)).text, /Put off a term[\s\S]*The finder is away/)
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'acknowledge'})
  assert.equal((await term()).state, 'met')
  assert.equal((await coco.done(200, 'GET', '/clocks?overdue=true')).body.items.length, 0)
})
