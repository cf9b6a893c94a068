// Statistics on a served hub: the same for everybody, in fives, once a day, and nothing of what they count.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser} from './browser.mjs'
import {eventually, startHub} from './hub.mjs'
import {nobody, person} from './people.mjs'
import {receive} from './received.mjs'

const DAY = 86400
const MARKER = 'Quagga7319'
let hub, fay, coco
before(async () => {
  hub = await startHub({clock: true, conf: '[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n'})
  fay = person(hub, 'fay', 'member')
  coco = person(hub, 'coco', 'coordinator')
  // Noon, so that no test runs over the hour at which they are worked out.
  await nextDay(DAY - (Math.floor(Date.now() / 1000) % DAY) + DAY / 2)
})
after(() => hub?.stop())

const statistics = async (who = nobody(hub)) => (await who.done(200, 'GET', '/statistics')).body
const today = () => new Date(Date.now() + hub.shift * 1000).toISOString().slice(0, 10)
const workedOut = () => eventually(async () => (await statistics()).as_of === `${today()}T03:00:00Z`, 'worked out', 90_000)
// A day later, the server too: it looks once a minute, and when it starts.
async function nextDay(seconds = DAY) {
  hub.later(seconds)
  await hub.restart()
  await workedOut()
}
function told(all, table, row, column) {
  const t = all.tables.find((one) => one.table === table)
  return t.rows.find((one) => one.name === row)?.values[t.columns.findIndex((one) => one.name === column)] ?? null
}
const report = (actor) => receive(fay, {actor, words: MARKER})
const move = (uid, name) => coco.done(200, 'POST', `/records/${uid}/moves`, {move: name})

test('a hub with nothing to tell says so calmly', async () => {
  const page = await hub.get('/statistics')
  assert.equal(page.status, 200)
  assert.match(page.text, /There is nothing to tell yet/)
  assert.doesNotMatch(page.text, /<svg class="wide"|<table class="bars"/)
  assert.equal((await hub.get('/statistics.csv')).text, 'table,row,title,column,unit,value\r\n')
  assert.match(hub.polder('statistics'), /^Of nothing there are five yet/)
  assert.match((await hub.get('/')).text, /href="\/statistics"/)
})

test('what came in today shows tomorrow, in fives, and to everybody alike', async () => {
  const before = await hub.get('/api/v1/statistics')
  const uids = []
  for (let i = 0; i < 11; i++) uids.push(await report(i >= 7))
  for (let i = 0; i < 6; i++) await move(uids[i], 'acknowledge')
  const same = await hub.get('/api/v1/statistics')
  assert.equal(same.text, before.text)
  await nextDay()
  const all = await statistics(), quarter = all.tables[0].rows[0].name
  assert.match(quarter, /^20\d\d-Q[1-4]$/)
  assert.equal(told(all, 'reports-by-type', quarter, 'hazard'), 5)
  assert.equal(told(all, 'reports-by-type', 'all', 'hazard'), 5)
  assert.equal(told(all, 'reports-by-type', 'all', 'vulnerability'), null)
  assert.equal(told(all, 'reports-by-severity', 'all', 'high'), 10)
  assert.equal(told(all, 'reports-by-state', 'acknowledged', 'count'), 5)
  assert.equal(told(all, 'reports-by-state', 'received', 'count'), 5)
  assert.equal(told(all, 'report-times', 'acknowledged', 'median'), 1)
  assert.equal(told(all, 'terms', 'report/acknowledge', 'met'), 5)
  for (const who of [fay, coco]) assert.deepEqual(await statistics(who), all)
  const numbers = [...JSON.stringify(all.tables.flatMap((t) => t.rows.flatMap((r) => r.values.filter((v, i) => t.columns[i].unit === 'count')))).matchAll(/\d+/g)].map(Number)
  assert.ok(numbers.length > 5 && numbers.every((n) => n % 5 === 0))
})

test('nothing of what they count is on any way out', async () => {
  const out = []
  for (const path of ['/statistics', '/statistics.csv', '/api/v1/statistics', '/', ...(await statistics()).tables.flatMap((t) => [`/statistics.csv?table=${t.table}`, `/api/v1/statistics?table=${t.table}`])]) {
    const answer = await hub.get(path)
    assert.equal(answer.status, 200, path)
    out.push(answer.text + JSON.stringify(answer.headers))
  }
  out.push(hub.polder('statistics', '--as', 'public'), hub.polder('statistics', '--csv'), JSON.stringify(hub.polder('statistics', '--json')), hub.errors)
  for (const text of out) assert.ok(!text.includes(MARKER) && !/\bR-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.test(text), text.slice(0, 300))
})

test('page, CSV and command line say the same, and tables stand alone too', async () => {
  const page = (await hub.get('/statistics')).text
  assert.match(page, /<svg class="wide"/)
  assert.match(page, /Counts are rounded down to fives/)
  assert.match(page, /href="\/statistics\.csv\?table=reports-by-type"/)
  const csv = (await hub.get('/statistics.csv')).text.split('\r\n')
  assert.ok(csv.includes('"reports-by-type","all","In all","hazard","count",5'))
  assert.ok(csv.includes('"reports-by-type","all","In all","vulnerability","count",'))
  assert.match((await hub.get('/statistics.csv?table=reports-by-type')).text, /^"Quarter","Security incident",[^]*\r\n"In all",,,,5\r\n$/)
  assert.equal((await hub.json('/api/v1/statistics?table=terms')).body.tables.length, 1)
  for (const path of ['/statistics.csv?table=nope', '/api/v1/statistics?table=nope']) assert.equal((await hub.get(path)).status, 404, path)
  assert.match(hub.polder('statistics', 'reports-by-type'), /In all +– +– +– +5\n/)
  assert.deepEqual(hub.polder('statistics', '--json'), await statistics())
})

test('coordinators and the operator work them out anew, the public does not', async () => {
  for (let i = 0; i < 4; i++) await report(false)
  const before = await statistics()
  assert.throws(() => hub.polder('statistics', '--now', '--as', 'public'), /by coordinators/)
  assert.deepEqual(await statistics(), before)
  hub.polder('statistics', '--now')
  // The server shows at once what another process worked out: nothing of this is kept in memory.
  const now = await statistics()
  assert.notEqual(now.as_of, before.as_of)
  assert.equal(told(now, 'reports-by-type', 'all', 'hazard'), 10)
})

test('a coordinator does so over the API and on the page, and nobody else', async () => {
  for (const [who, status] of [[nobody(hub), 401], [fay, 403]]) assert.equal((await who.post('/statistics')).status, status)
  const before = await statistics(), now = (await coco.done(200, 'POST', '/statistics')).body
  assert.ok(now.as_of > before.as_of)
  assert.deepEqual(await statistics(), now)
  assert.doesNotMatch((await hub.get('/statistics')).text, /<form[^>]*action="\/statistics"/)
  assert.doesNotMatch((await (await new Browser(hub).signIn('fay')).get('/statistics')).text, /<form[^>]*action="\/statistics"/)
  const browser = await new Browser(hub).signIn('coco')
  const answer = await browser.follow(await browser.send((await browser.get('/statistics')).text, 'action="/statistics"'))
  assert.match(answer.text, /Worked out as things stand now/)
  assert.ok((await statistics()).as_of > now.as_of)
})

test('a case under an embargo is left out, with its terms', async () => {
  const cases = []
  for (let i = 0; i < 6; i++) cases.push((await coco.done(201, 'POST', '/records', {kind: 'case', body: {title: `${MARKER} case`}})).body.uid)
  assert.equal(told((await coco.done(200, 'POST', '/statistics')).body, 'cases-by-state', 'open', 'count'), 5)
  const until = new Date(Date.now() + (hub.shift + 30 * DAY) * 1000).toISOString().slice(0, 19) + 'Z'
  for (const uid of cases.slice(0, 2)) await coco.done(200, 'POST', `/records/${uid}/acts`, {act: 'embargo.propose', args: {until, time_zone: 'UTC'}})
  assert.equal(told((await coco.done(200, 'POST', '/statistics')).body, 'cases-by-state', 'open', 'count'), null)
})

test('an edit or a record that is made between changes nothing, and a restart neither', async () => {
  const before = (await hub.get('/statistics')).text
  hub.polder('new', 'lesson', '--set', 'title=x', '--set', 'lesson=y')
  await hub.restart()
  assert.equal((await hub.get('/statistics')).text, before)
})
