// Hubs that follow each other: A follows B, B follows A, C follows both. Edits, withdrawals and erasures travel; nothing goes round, and nobody takes anything over. A hub that was
// away comes back; one that shows two histories is not followed any further.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {eventually, startHub, unescaped} from './hub.mjs'
import {lesson} from './operations.mjs'
import {nobody, person} from './people.mjs'

const conf = (url) => `[hub]\nurl = ${url}\n[log]\nepoch = PT1S\n[follow]\ninterval = PT1S\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n`
let a, b, c, folder
const people = {}
before(async () => {
  ;[a, b, c] = [await startHub({conf, name: 'Hub A'}), await startHub({conf, name: 'Hub B'}), await startHub({conf, name: 'Hub C'})]
  for (const [name, hub] of Object.entries({a, b, c})) people[name] = {max: person(hub, 'max', 'member'), coco: person(hub, 'coco', 'coordinator'), nobody: nobody(hub)}
  folder = mkdtempSync(join(tmpdir(), 'polder-follow-'))
})
after(async () => {
  for (const hub of [a, b, c]) await hub?.stop()
  if (folder) rmSync(folder, {recursive: true, force: true})
})

const called = (hub) => `127.0.0.1:${hub.port}`
const url = (hub) => `http://${called(hub)}`
const who = (hub) => people[{[a.port]: 'a', [b.port]: 'b', [c.port]: 'c'}[hub.port]]
const get = async (hub, uid) => (await who(hub).nobody.get(`/records/${uid}`)).body
const status = async (hub, uid) => (await who(hub).nobody.get(`/records/${uid}`)).status
async function draft(hub, body, kind = 'lesson') {
  return (await who(hub).max.done(201, 'POST', '/records', kind === 'lesson' ? lesson(body) : {kind, body})).body.uid
}
async function move(hub, uid, how) {
  await who(hub).coco.done(200, 'POST', `/records/${uid}/moves`, {move: how, reason: 'for the test'})
}
async function publish(hub, body, kind) {
  const uid = await draft(hub, body, kind)
  await move(hub, uid, 'publish')
  return uid
}
const arrives = (hub, uid, is = () => true, words = `${uid} at ${hub.dir}`) => eventually(async () => {
  const answer = await who(hub).nobody.get(`/records/${uid}`)
  return answer.status === 200 && is(answer.body)
}, words, 60_000)
function follow(hub, other, ...more) {
  const r = run(['follow', url(other), '--json', '--hub', hub.dir, ...more])
  assert.equal(r.status, 0, r.stdout + r.stderr)
  return JSON.parse(r.stdout)
}
const listed = (hub, other) => hub.polder('follow', '--json').find((one) => one.hub === called(other))
const logged = (hub) => eventually(async () => (await hub.get('/log/checkpoint')).status === 200, 'a log', 60_000)

test('a hub follows another: its public records come, under their uid and its name', async () => {
  const ours = await publish(a, {title: 'Of A itself'})
  const theirs = await publish(b, {title: 'Of B', aliases: ['ALIAS-1']})
  const hidden = await draft(b, {title: 'Nobody reads this yet'})
  await logged(b)
  await eventually(async () => (await who(b).nobody.get(`/records/${theirs}/log`)).body.items.length > 0, 'its statement', 60_000)
  const done = follow(a, b)
  assert.equal(done.created, 1)
  const record = await get(a, theirs)
  assert.equal(record.hub, called(b))
  assert.equal(record.id, `${called(b)}/${theirs}`)
  assert.equal(record.body.title, 'Of B')
  assert.deepEqual([record.origin.hub, record.origin.uid, record.origin.proved, record.origin.url], [called(b), theirs, true, `${url(b)}/r/${theirs}`])
  assert.equal(await status(a, hidden), 404)
  assert.equal((await get(a, ours)).hub, undefined)
  const page = unescaped((await a.get(`/r/${theirs}`)).text)
  assert.match(page, new RegExp(`From ${called(b)}`))
  assert.match(page, new RegExp(`<link rel="canonical" href="${url(b)}/r/${theirs}">`))
  assert.equal((await a.get(`/r/${called(b)}/${theirs}`)).headers.location, `/r/${theirs}`)
  assert.equal((await a.get('/r/ALIAS-1')).status, 404, 'an alias of a copied record finds nothing here')
  assert.ok(!(await a.get('/sitemap/1.xml')).text.includes(theirs))
})

test('the proof of a copied record is checked without either hub', async () => {
  const [one] = (await who(a).nobody.get(`/records?hub=${called(b)}`)).body.items
  const file = a.file('proof.json', (await a.get(`/r/${one.uid}/proof.json`)).text)
  const {key} = listed(a, b)
  assert.match(run(['receipt', 'check', file, '--key', key]).stdout, /^holds\n/)
  const forged = JSON.parse(readFileSync(file, 'utf8'))
  forged.fields.find((field) => field.name === 'title').value = 'Of nobody'
  assert.equal(run(['receipt', 'check', a.file('forged.json', forged), '--key', key]).status, 1)
  const [ours] = (await who(a).nobody.get('/records?hub=here')).body.items
  await eventually(async () => (await a.get(`/r/${ours.uid}/proof.json`)).status === 200, 'its leaf', 60_000)
  const own = (await a.get(`/r/${ours.uid}/proof.json`)).text
  assert.match(run(['receipt', 'check', a.file('own.json', own)]).stdout, /^holds/)
})

test('lists, searches and feeds are narrowed by hub', async () => {
  for (const path of [`/records?hub=${called(b)}`, `/search?q=of&hub=${called(b)}`]) {
    const {items} = (await who(a).nobody.done(200, 'GET', path)).body
    assert.ok(items.length && items.every((one) => one.hub === called(b)), path)
  }
  const {items, total} = (await who(a).nobody.done(200, 'GET', '/records?hub=here')).body
  assert.ok(items.length && items.every((one) => !one.hub))
  assert.equal(total, items.length)
  const facets = (await who(a).nobody.done(200, 'GET', '/facets?kind=lesson')).body
  assert.deepEqual(facets.hub.values.map((one) => one.label).sort(), [called(b), 'This hub'].sort())
  assert.match((await a.get(`/browse/lessons/feed.atom?hub=${called(b)}`)).text, /Of B/)
  assert.match((await a.get(`/browse/lessons?hub=${called(b)}`)).text, /Of B/)
})

test('what is changed, withdrawn and erased there is so here', async () => {
  const uid = await publish(b, {title: 'First words'})
  await arrives(a, uid)
  const {etag} = (await who(b).max.get(`/records/${uid}`)).body
  await who(b).max.done(200, 'PATCH', `/records/${uid}`, {title: 'Second words'}, {'if-match': `"${etag}"`, 'content-type': 'application/merge-patch+json'})
  await arrives(a, uid, (r) => r.body.title === 'Second words' && r.origin.proved)
  await move(b, uid, 'withdraw')
  await arrives(a, uid, (r) => r.state === 'withdrawn' && r.origin.proved)
  b.polder('erase', uid, '--reason', 'somebody asked', '--basis', 'GDPR Art. 17')
  await eventually(async () => (await status(a, uid)) === 410, 'the erasure', 60_000)
  assert.ok(!existsSync(join(a.dir, 'peers', readdirSync(join(a.dir, 'peers')).find((name) => !name.startsWith('.')), 'log/records', uid)))
  assert.match(a.polder('log', 'run', '--json') && (await who(a).coco.get(`/records/${uid}`)).body.detail, /GDPR Art. 17/)
  assert.deepEqual(a.polder('verify', '--json').findings, [])
  assert.deepEqual(a.polder('admin', 'check', '--json').findings, [])
})

test('a copied record is changed by its own hub alone; here it is linked and commented', async () => {
  const uid = await publish(b, {title: 'Hands off'})
  await arrives(a, uid)
  const {etag} = (await who(a).coco.get(`/records/${uid}`)).body
  const refused = await who(a).coco.send('PATCH', `/records/${uid}`, {title: 'Ours'}, {'if-match': `"${etag}"`, 'content-type': 'application/merge-patch+json'})
  assert.equal(refused.status, 403)
  assert.match(refused.body.detail, new RegExp(`of ${called(b)}.*changed there`))
  assert.equal((await who(a).coco.post(`/records/${uid}/moves`, {move: 'withdraw', reason: 'no'})).status, 403)
  assert.equal((await who(a).coco.get(`/records/${uid}/moves`)).body.items.length, 0)
  await who(a).coco.done(201, 'POST', `/records/${uid}/comments`, {text: 'What do we make of it?'})
  const ours = await publish(a, {title: 'Our own on it'})
  await who(a).coco.done(201, 'POST', `/records/${ours}/links`, {rel: 'related-to', target: `${called(b)}/${uid}`})
  await arrives(a, uid, (r) => r.links.some((g) => g.items.some((one) => one.uid === ours)))
  assert.match((await a.get(`/r/${uid}`)).text, /Our own on it/)
  assert.equal((await get(a, uid)).body.title, 'Hands off')
})

test('nothing goes round: what a hub copied is not copied from it', async () => {
  follow(b, a)
  follow(c, a)
  follow(c, b)
  const [ofA, ofB] = [await publish(a, {title: 'Goes out from A'}), await publish(b, {title: 'Goes out from B'})]
  for (const [hub, uid, from] of [[b, ofA, a], [c, ofA, a], [a, ofB, b], [c, ofB, b]]) await arrives(hub, uid, (r) => r.hub === called(from), `${uid} at ${hub.name}`)
  // A's log says whose it is.
  const at = async () => (await who(a).nobody.done(200, 'GET', `/records/${ofB}/log`)).body.items[0]
  await eventually(at, 'its statement at A', 60_000)
  assert.equal((await at()).statement.hub, `${called(b)}/log`)
  for (const hub of [a, b, c]) {
    const {stdout} = run(['follow', 'run', '--json', '--hub', hub.dir])
    assert.ok(!/"created": [1-9]/.test(stdout), stdout)
  }
  assert.equal((await get(b, ofB)).hub, undefined)
  assert.equal((await get(a, ofA)).hub, undefined)
  assert.ok(listed(c, a).kept_out.copied > 0)
  for (const hub of [a, b, c]) assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('the same name in two hubs is told, and joins nothing', async () => {
  const one = await publish(a, {title: 'The same, by A', aliases: ['SAME-2026-1']})
  const other = await publish(b, {title: 'The same, by B', aliases: ['SAME-2026-1']})
  for (const uid of [one, other]) await arrives(c, uid)
  await eventually(async () => (await get(c, one)).known_as?.[0].uid === other, 'that C says so')
  await arrives(a, other)
  await eventually(async () => (await get(a, one)).known_as?.[0].uid === other, 'that A says so')
  assert.ok(!(await get(a, one)).links.some((g) => g.rel === 'same-as'))
  assert.equal((await a.get('/r/SAME-2026-1')).headers.location, `/r/${one}`, 'at home the name is ours')
  assert.match(unescaped((await a.get(`/r/${one}`)).text), /Also known here as/)
})

test('what an organization says of a record there is told here, with where it was said', async () => {
  const about = await publish(b, {title: 'Spoken of'})
  b.polder('import', 'polder', b.file('says.json', [{kind: 'assertion', id: 'word-1', state: 'published', body: {title: 'Looked into', by: {name: 'Example maker'}, about: {record: about},
    says: 'under_investigation'}}]))
  await arrives(a, about, (r) => r.said?.length === 1)
  const [said] = (await get(a, about)).said
  assert.deepEqual([said.by, said.says, said.hub, said.organization], ['Example maker', 'under_investigation', `${called(b)}/log`, undefined])
})

test('links between copied records come along, whichever comes first', async () => {
  const target = await publish(b, {title: 'Linked to'})
  const source = await draft(b, {title: 'Linking'})
  await who(b).coco.done(201, 'POST', `/records/${source}/links`, {rel: 'related-to', target})
  await move(b, source, 'publish')
  await arrives(a, source, (r) => r.links.some((g) => g.rel === 'related-to' && g.items[0].uid === target))
  await arrives(c, source, (r) => r.links.some((g) => g.rel === 'related-to' && g.items[0].uid === target))
})

test('a uid that is somebody else\'s is refused, and said', async () => {
  // B makes a record with the uid of one of A's, before B's copy of it could come.
  const uid = 'R-0TEN-ONE0'
  a.polder('import', 'polder', a.file('taken.json', [{kind: 'lesson', id: 'mine', uid, body: {title: 'A was here', lesson: 'First.'}}]))
  b.polder('follow', '--stop', called(a))
  b.polder('import', 'polder', b.file('taken.json', [{kind: 'lesson', id: 'mine', uid, body: {title: 'B takes it', lesson: 'Second.'}}]))
  await eventually(() => listed(a, b).kept_out.taken > 0, 'the refusal', 60_000)
  assert.equal((await get(a, uid)).body.title, 'A was here')
  // And when B takes it back, A's stays.
  b.polder('erase', uid, '--reason', 'it was not ours')
  await eventually(() => !listed(a, b).kept_out.taken, 'the tombstone', 60_000)
  assert.equal((await get(a, uid)).body.title, 'A was here')
})

test('a hub that is away is waited for, and comes back', async () => {
  const port = b.port
  await b.end()
  run(['follow', 'run', '--hub', a.dir])
  assert.ok(listed(a, b).failed)
  const mine = await publish(a, {title: 'While B is away'})
  await arrives(c, mine, (r) => r.hub === called(a), 'C goes on with A')
  await b.serve(port)
  const uid = await publish(b, {title: 'Back again'})
  assert.equal(run(['follow', 'run', '--hub', c.dir]).status, 0)
  await arrives(c, uid)
  await eventually(() => run(['follow', 'run', '--hub', a.dir]).status === 0 && !listed(a, b).failed, 'A too', 30_000)
  await arrives(a, uid)
})

test('what was killed in the middle is brought to its end', async () => {
  const records = Array.from({length: 400}, (_, i) => ({kind: 'lesson', id: `many-${i}`, body: {title: `One of many, ${i}`, lesson: 'Many.'}}))
  b.polder('import', 'polder', b.file('many.json', records))
  await eventually(async () => /^\d+$/m.test((await b.get('/log/checkpoint')).text) && Number((await b.get('/log/checkpoint')).text.split('\n')[1]) > 400, 'the log', 60_000)
  await a.end()
  for (const after of [5, 20, 40, 80]) spawnSync('timeout', ['-s', 'KILL', String(after / 1000), join(process.env.POLDER_BUILD ?? 'build', 'polder-hub'), 'follow', 'run', '--hub', a.dir])
  assert.equal(run(['follow', 'run', '--hub', a.dir]).status, 0)
  await a.serve(a.port)
  const of = async () => (await who(a).nobody.done(200, 'GET', `/records?hub=${called(b)}&limit=200`)).body
  const {total, next} = await of()
  assert.ok(total >= 400 && next, JSON.stringify({total}))
  assert.ok((await who(a).nobody.done(200, 'GET', `/search?q=%22one+of+many%22&hub=${called(b)}&limit=1`)).body.total > 0)
  assert.deepEqual(a.polder('verify', '--json').findings, [])
  assert.deepEqual(a.polder('admin', 'check', '--json').findings, [])
})

test('another key of the log is followed where the log says so, and proofs hold under it', async () => {
  const {key} = listed(a, b)
  const old = await publish(b, {title: 'Under the key before'})
  await arrives(a, old)
  b.polder('log', 'key', 'rotate')
  const fresh = await publish(b, {title: 'Under the new key'})
  await arrives(a, fresh, (r) => r.origin.proved)
  /* The copy goes on under the key that the log leads to; the directory has it when somebody says so. */
  assert.equal(listed(a, b).key, key)
  const now = (await who(b).nobody.done(200, 'GET', '/log')).body.keys[0]
  assert.notEqual(now, key)
  a.polder('hubs', 'key', key.split('+')[0], now)
  assert.equal(listed(a, b).key, now)
  await arrives(a, old, (r) => r.origin.proved)
  const file = a.file('rotated.json', (await a.get(`/r/${fresh}/proof.json`)).text)
  assert.match(run(['receipt', 'check', file, '--key', listed(a, b).key]).stdout, /^holds\n/)
  await eventually(async () => (await b.get(`/r/${fresh}/proof.json`)).status === 200, 'its leaf', 60_000)
  const own = b.file('own.json', (await b.get(`/r/${fresh}/proof.json`)).text)
  assert.match(run(['receipt', 'check', own]).stdout, /^holds/)
  assert.equal(run(['follow', 'run', '--hub', a.dir]).status, 0)
})

test('two histories: nothing more is taken over, the proof is kept, the page says so', async () => {
  const port = b.port, dir = b.dir
  const before = await publish(b, {title: 'Before the two histories'})
  await arrives(a, before)
  await b.end()
  const twin = join(folder, 'twin')
  cpSync(b.dir, twin, {recursive: true})
  await b.serve(port)
  const lost = await publish(b, {title: 'In the one history'})
  await arrives(a, lost)
  await b.end()
  b.dir = twin
  await b.serve(port)
  for (let i = 0; i < 6; i++) await publish(b, {title: `In the other history, ${i}`})
  await eventually(() => listed(a, b).forked, 'the fork', 60_000)
  const {evidence} = listed(a, b)
  assert.ok(existsSync(join(evidence, 'checkpoint-here')) && existsSync(join(evidence, 'checkpoint-there')))
  assert.equal((await get(a, lost)).body.title, 'In the one history')
  await eventually(async () => (await get(a, lost)).origin.forked, 'that the record says so')
  assert.match((await a.get(`/r/${before}`)).text, /showed two histories/)
  assert.equal(JSON.parse(run(['search', 'other history', '--json', '--hub', a.dir]).stdout).total, 0)
  assert.equal(run(['follow', 'run', called(b), '--hub', a.dir]).status, 1)
  await b.end()
  b.dir = dir
  await b.serve(port)
  assert.equal(run(['follow', 'run', called(b), '--hub', a.dir]).status, 0)
  assert.equal(listed(a, b).forked, undefined)
})

test('a log that calls itself what it is not needs somebody who vouches for its key; oneself is not followed', async () => {
  const other = await startHub({conf: '[log]\norigin = hub.example.org/log\nepoch = PT1S\n'})
  try {
    other.polder('import', 'polder', other.file('x.json', [{kind: 'lesson', id: 'x', body: {title: 'X', lesson: 'X.'}}]))
    await logged(other)
    const refused = run(['follow', `http://127.0.0.1:${other.port}`, '--hub', c.dir])
    assert.notEqual(refused.status, 0)
    assert.match(refused.stderr, /calls itself hub\.example\.org\/log.*--key/)
    const key = JSON.parse((await other.get('/api/v1/log')).text).keys[0]
    assert.equal(run(['follow', `http://127.0.0.1:${other.port}`, '--key', key, '--hub', c.dir]).status, 0)
    const items = async () => (await who(c).nobody.get('/records?hub=hub.example.org')).body.items
    await eventually(async () => (await items()).length === 1, 'its record')
    assert.match(run(['follow', url(c), '--hub', c.dir]).stderr, /is this hub itself/)
    c.polder('follow', '--stop', 'hub.example.org')
    const [{uid}] = await items()
    await eventually(async () => /not brought up to date any more/.test((await c.get(`/r/${uid}`)).text), 'that it says so')
  } finally {
    await other.stop()
  }
})
