// Statistics on a served hub: the same for everybody, in fives, once a day, and nothing of what they count.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {after, before, test} from 'node:test'
import {eventually, source, startHub} from './hub.mjs'
import {nobody, person} from './people.mjs'

const DAY = 86400
const MARKER = 'Quagga7319'
let hub, fay, coco
before(async () => {
  hub = await startHub({clock: true, conf: '[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n'})
  fay = person(hub, 'fay', 'member')
  coco = person(hub, 'coco', 'coordinator')
  // Noon, so that no test runs over the hour at which they are worked out.
  hub.later(DAY - (Math.floor(Date.now() / 1000) % DAY) + DAY / 2)
  await workedOut()
})
after(() => hub?.stop())

const statistics = async (who = nobody(hub)) => (await who.done(200, 'GET', '/statistics')).body
const today = () => new Date(Date.now() + hub.shift * 1000).toISOString().slice(0, 10)
const workedOut = () => eventually(async () => (await statistics()).as_of === `${today()}T03:00:00Z`, 'worked out', 90_000)
// A day later, the server too: it looks once a minute, and when it starts.
async function nextDay(days = 1) {
  hub.later(days * DAY)
  await hub.restart()
  await workedOut()
}
function told(all, table, row, column) {
  const t = all.tables.find((one) => one.table === table)
  return t.rows.find((one) => one.name === row)?.values[t.columns.findIndex((one) => one.name === column)] ?? null
}
async function report(harm) {
  const {body} = await fay.done(201, 'POST', '/records', {kind: 'report', body: {title: `${MARKER} title`, summary: `${MARKER} summary`, description: `${MARKER} description`,
    classification: {real_world_harm: false, malicious_actor: harm, csam: false}, systems: [{name: `${MARKER} model`}], severity: 'high', disclosure: {intent: 'undecided'},
    ...(harm ? {attacker: {objectives: `${MARKER} aim`}, proof_of_concept: `${MARKER} proof`} : {statistics: {claim: `${MARKER} claim`}}), confirmed: true}})
  await fay.done(200, 'POST', `/records/${body.uid}/moves`, {move: 'submit'})
  return body.uid
}
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
  const uid = (await fay.done(200, 'GET', '/records?mine=true').catch(() => null))?.body?.items?.[0]?.uid
  const out = []
  for (const path of ['/statistics', '/statistics.csv', '/api/v1/statistics', '/', ...(await statistics()).tables.flatMap((t) => [`/statistics.csv?table=${t.table}`, `/api/v1/statistics?table=${t.table}`])]) {
    const answer = await hub.get(path)
    assert.equal(answer.status, 200, path)
    out.push(answer.text + JSON.stringify(answer.headers))
  }
  out.push(hub.polder('statistics', '--as', 'public'), hub.polder('statistics', '--csv'), JSON.stringify(hub.polder('statistics', '--json')), hub.errors)
  for (const text of out) assert.ok(!text.includes(MARKER) && !/\bR-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.test(text) && !(uid && text.includes(uid)), text.slice(0, 300))
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
  const program = [process.env.POLDER_BUILD ?? `${source}/build`].map((build) => `${build}/polder-hub`)[0]
  const before = await statistics()
  const refused = spawnSync(program, ['statistics', '--now', '--as', 'public', '--hub', hub.dir], {encoding: 'utf8', env: hub.env})
  assert.notEqual(refused.status, 0)
  assert.match(refused.stderr, /by coordinators/)
  assert.deepEqual(await statistics(), before)
  hub.polder('statistics', '--now')
  // The server shows at once what another process worked out: nothing of this is kept in memory.
  const now = await statistics()
  assert.notEqual(now.as_of, before.as_of)
  assert.equal(told(now, 'reports-by-type', 'all', 'hazard'), 10)
})

test('an edit or a record that is made between changes nothing, and a restart neither', async () => {
  const before = (await hub.get('/statistics')).text
  hub.polder('new', 'lesson', '--set', 'title=x', '--set', 'lesson=y')
  await hub.restart()
  assert.equal((await hub.get('/statistics')).text, before)
})
