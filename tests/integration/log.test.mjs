// The log from end to end: what is served and how long it may be kept, what it says of records, receipts of people and of finders without an account, and checking them.
import assert from 'node:assert/strict'
import {copyFileSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser, plain, typed, formOf} from './browser.mjs'
import {Hub, pause, run} from './cli.mjs'
import * as hubs from './hub.mjs'
import {checkpoint, fieldsRoot, leafHash, note, projectionRoot, proof, receiptCommitment, receiptLeaf, saidCommitment} from './log.mjs'
import {flaw, lesson} from './operations.mjs'
import {nobody, person} from './people.mjs'

const eventually = (check, words) => hubs.eventually(check, words, 60_000)
let hub, max, coco, eve, key
before(async () => {
  hub = await hubs.startHub({conf: '[log]\nepoch = PT1S\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n', logged: true})
  max = person(hub, 'max', 'member')
  coco = person(hub, 'coco', 'coordinator')
  eve = person(hub, 'eve', 'member')
  await eventually(async () => (await nobody(hub).get('/log')).body.size > 0, 'a first checkpoint')
  key = (await nobody(hub).get('/log')).body.keys[0]
})
after(() => hub?.stop())

const polder = (...args) => run(args)
async function published(title) {
  const made = (await max.done(201, 'POST', '/records', lesson({title}))).body
  await coco.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  return made.uid
}
const logOf = async (uid) => (await nobody(hub).done(200, 'GET', `/records/${uid}/log`)).body.items
async function logged(uid, n = 1) {
  await eventually(async () => (await logOf(uid)).length >= n, `${n} statements of ${uid}`)
  return logOf(uid)
}
// The receipt as soon as it holds a proof.
async function proved(who, uid, event = 0) {
  let receipt
  await eventually(async () => (receipt = (await who.done(200, 'GET', `/records/${uid}/receipts/${event}`)).body).proof, `a proof for ${uid}`)
  return receipt
}
const check = (receipt, ...options) => polder('receipt', 'check', hub.file('check.json', receipt), '--json', ...options)

// A receipt of a hub that nobody serves, and the hub.
function elsewhere() {
  const other = new Hub(hub.folder, `other-${Math.random()}`)
  assert.equal(run(['init', other.dir, '--name', 'Elsewhere', '--prefix', 'OTH']).status, 0)
  const uid = other.json('new', 'lesson', '--set', 'title=Elsewhere', '--set', 'lesson=Said there.').uid
  return {other, uid, receipt: other.text('receipt', 'get', uid)}
}

test('checkpoint, tiles and statements are served as programs of others fetch them', async () => {
  const uid = await published('For everybody')
  const [said] = await logged(uid)
  const head = await hub.get('/log/checkpoint')
  assert.equal(head.status, 200)
  assert.equal(head.headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(head.headers['cache-control'], 'public, no-cache')
  const {size, root, origin} = checkpoint(head.text, key)
  assert.equal(origin, key.split('+')[0])
  assert.equal((await hub.get('/log/checkpoint', {'if-none-match': head.headers.etag})).status in {200: 1, 304: 1}, true)
  const width = size % 256, path = size >= 256 ? '000' : `000.p/${width}`
  const tile = await hub.request(`/log/tile/0/${path}`, {raw: true})
  assert.equal(tile.status, 200)
  assert.equal(tile.headers['content-type'], 'application/octet-stream')
  assert.match(tile.headers['cache-control'], /public, max-age=\d+, immutable/)
  assert.equal(tile.headers['access-control-allow-origin'], '*')
  assert.deepEqual(tile.bytes.subarray(said.leaf * 32, said.leaf * 32 + 32), leafHash(said.type, Buffer.from(said.commitment, 'hex')))
  const bundle = await hub.request(`/log/tile/entries/${path}`, {raw: true})
  assert.equal(bundle.bytes.length, (size >= 256 ? 256 : width) * 36)
  assert.equal(bundle.bytes.readUInt16BE(said.leaf * 36), 34)
  assert.equal(bundle.bytes.subarray(said.leaf * 36 + 4, said.leaf * 36 + 36).toString('hex'), said.commitment)
  assert.ok(root)
  const lines = await hub.get('/log/statements/0')
  assert.equal(lines.headers['cache-control'], 'public, no-cache')
  assert.ok(lines.headers.etag)
  assert.equal((await hub.get('/log/statements/0', {'if-none-match': lines.headers.etag})).status in {200: 1, 304: 1}, true)
  const all = lines.text.trim().split('\n').map((line) => JSON.parse(line))
  const {proof: _, ...without} = said
  assert.deepEqual(all.find((one) => one.leaf === said.leaf), without)
  for (const one of all) assert.equal(saidCommitment(one).toString('hex'), one.commitment)
  for (const missing of ['/log/tile/0/999', '/log/tile/0/000.p/0', '/log/tile/0/000.p/256', '/log/tile/0/0', '/log/tile/9/000', '/log/tile/entries/x001/000', '/log/tile/0/../checkpoint', '/log/tile/.lock', '/log/statements/999999'])
    assert.ok([400, 404].includes((await hub.get(missing)).status), missing)
  assert.equal((await hub.get('/log/statements/none')).status, 400)
})

test('a partial tile that the full one replaced is answered from the full one', async () => {
  await eventually(async () => {
    for (let i = 0; i < 20; i++) await max.done(201, 'POST', '/records', lesson({title: `Filled ${i}`}))
    return (await nobody(hub).get('/log')).body.size > 256
  }, '256 leaves')
  const full = await hub.request('/log/tile/0/000', {raw: true})
  assert.equal(full.bytes.length, 8192)
  for (const width of [1, 7, 255]) assert.deepEqual((await hub.request(`/log/tile/0/000.p/${width}`, {raw: true})).bytes, full.bytes.subarray(0, width * 32))
  assert.equal((await hub.request('/log/tile/entries/000.p/7', {raw: true})).bytes.length, 7 * 36)
  assert.equal((await hub.get('/log/statements/1')).status, 200)
})

test('what the log says of a record is proved, and is of its public fields', async () => {
  const uid = await published('Said and proved')
  const [said] = await logged(uid)
  assert.equal(said.type, 'publish')
  assert.equal(said.statement.record, uid)
  assert.equal(saidCommitment(said).toString('hex'), said.commitment)
  assert.equal(proof(said.proof, leafHash(said.type, Buffer.from(said.commitment, 'hex')), key).index, said.leaf)
  const {body} = (await nobody(hub).done(200, 'GET', `/records/${uid}`)).body
  assert.equal(projectionRoot(body, said.fields_seed).toString('hex'), said.statement.root)
  const version = (await max.get(`/records/${uid}`)).headers.etag
  await coco.done(200, 'PATCH', `/records/${uid}`, {lesson: 'Said again.'}, {'if-match': version})
  const [amended] = await logged(uid, 2)
  assert.equal(amended.type, 'amend')
  assert.equal(amended.statement.prev, said.commitment)
  /* What it said before can't be tried any more: the seed is told of the newest alone. */
  const [newest, before] = (await nobody(hub).done(200, 'GET', `/records/${uid}/log`)).body.items
  assert.ok(newest.fields_seed)
  assert.equal(before.fields_seed, undefined)
  const file = hub.polder('log', 'proof', uid)
  proof(file, leafHash('amend', Buffer.from(amended.commitment, 'hex')), key)
  const page = await hub.get(`/r/${uid}/log`)
  assert.match(plain(page.text), /In the log.*Amended.*Published/)
})

async function sealedThenPublished(title, more = {}) {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title, ...more}))).body
  await eventually(async () => (await max.done(200, 'GET', `/records/${uid}/receipts`)).body.items[0]?.leaf >= 0, 'the draft in the log', 20_000)
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  return uid
}

test('what was sealed is revealed by who made it, and read and checked by everybody', async () => {
  const uid = await sealedThenPublished('Sealed first')
  const before = (await max.done(200, 'GET', `/records/${uid}/reveals`)).body
  assert.deepEqual(before.items, [])
  assert.equal(before.may_reveal[0].revision, 1)
  assert.ok(before.may_reveal[0].fields.includes('title'))
  assert.equal((await nobody(hub).done(200, 'GET', `/records/${uid}/reveals`)).body.may_reveal, undefined)
  /* A coordinator does not name a person to everybody. */
  await coco.done(403, 'POST', `/records/${uid}/reveals`, {revision: 1, fields: ['title']})
  await max.done(422, 'POST', `/records/${uid}/reveals`, {revision: 1, fields: ['nothing']})
  await max.done(200, 'POST', `/records/${uid}/reveals`, {revision: 1, fields: ['title']})
  const one = await eventually(async () => (await nobody(hub).done(200, 'GET', `/records/${uid}/reveals`)).body.items.find((v) => v.leaf >= 0), 'the reveal in the log')
  const {text} = await hub.request(`/log/revealed/${one.leaf}`)
  const shown = JSON.parse(text)
  assert.deepEqual(shown.fields.filter((f) => f.name).map((f) => [f.name, f.value]), [['title', 'Sealed first']])
  assert.equal(fieldsRoot(shown.fields).toString('hex'), shown.event.root)
  assert.equal(proof(shown.proof, leafHash('commit', receiptCommitment(shown)), key).index, one.of)
  const [said] = (await nobody(hub).done(200, 'GET', `/records/${uid}/log`)).body.items
  assert.equal(said.type, 'reveal')
  assert.deepEqual(said.statement.of, {commitment: receiptCommitment(shown).toString('hex'), leaf: one.of})
  assert.equal(saidCommitment(said).toString('hex'), said.commitment)
  assert.ok(!text.includes('detail') && !('prev_salt' in shown))
  const file = hub.file('shown.json', shown)
  assert.match(hub.polder('receipt', 'check', file, '--key', key), /^holds/)
  assert.match(plain((await hub.get(`/r/${uid}`)).text), /Sealed before it was public.*title, in the log as leaf/)
  assert.equal((await hub.get('/log/revealed/0')).status, 404)
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('the page shows exactly what everybody would read, before they do', async () => {
  const uid = await sealedThenPublished('Looked at first')
  const browser = await new Browser(hub).signIn('max')
  const page = await browser.request(`/r/${uid}/reveal?revision=1&field=title`)
  assert.equal(page.status, 200)
  assert.match(plain(page.text), /This is what everybody will read/)
  const document = JSON.parse(hubs.unescaped(page.text.match(/<pre tabindex="0">([^<]*)<\/pre>/)[1]))
  const form = formOf(page.text, `method="post" action="/r/${uid}/reveal"`)
  const sent = await browser.request(form.action, {pairs: typed(form.pairs, {sure: 'yes'})})
  assert.equal(sent.status, 303, sent.text)
  const one = await eventually(async () => (await nobody(hub).done(200, 'GET', `/records/${uid}/reveals`)).body.items.find((v) => v.leaf >= 0), 'the reveal in the log')
  const read = JSON.parse((await hub.request(`/log/revealed/${one.leaf}`)).text)
  for (const each of [document, read]) delete each.proof /* of the tree as it was at the time */
  assert.deepEqual(read, document)
})

test('a record\'s page shows its leaf as soon as there is one, though pages are kept in memory', async () => {
  const uid = await published('With a leaf')
  await eventually(async () => /In the log<\/dt><dd><a href="[^"]+\/log">Leaf [\d,]+/.test((await hub.get(`/r/${uid}`)).text), 'the leaf on the page')
})

test('who does something is promised an entry at once and has its proof after the epoch', async () => {
  const sent = (await max.done(201, 'POST', '/records', lesson({title: 'Promised'}))).body
  const promised = note(sent.promise, key).split('\n')
  assert.deepEqual(promised.slice(0, 2), ['polder/promise/v1', key.split('+')[0]])
  assert.match(promised[3], /^by \d{4}-/)
  const receipt = await proved(max, sent.uid)
  assert.equal(receiptLeaf(receipt).toString('hex'), promised[2])
  assert.equal(receipt.promise, sent.promise)
  assert.equal(fieldsRoot(receipt.fields).toString('hex'), receipt.event.root)
  assert.equal(receipt.event.type, 'create')
  proof(receipt.proof, leafHash(receipt.type, receiptCommitment(receipt)), key)
  const moved = (await max.done(200, 'POST', `/records/${sent.uid}/moves`, {move: 'submit'}).catch(() => coco.done(200, 'POST', `/records/${sent.uid}/moves`, {move: 'publish'}))).body
  assert.match(moved.promise, /^polder\/promise\/v1\n/)
  const {items} = (await max.done(200, 'GET', `/records/${sent.uid}/receipts`)).body
  assert.equal(items.at(-1).type, 'create')
  assert.deepEqual(items.map((one) => one.event), items.map((_, i) => items.length - i))
  const patched = (await coco.done(200, 'PATCH', `/records/${sent.uid}`, {tags: ['said']}, {'if-match': `"${moved.etag}"`}).catch(() => null))?.body
  if (patched) assert.match(patched.promise, /^polder\/promise\/v1\n/)
})

test('a receipt is checked without the hub, and any change of what it says shows', async () => {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title: 'Unchanged', tags: ['one', 'two']}))).body
  const receipt = await proved(max, uid)
  const good = check(receipt, '--key', key)
  assert.equal(good.status, 0, good.stdout + good.stderr)
  const told = JSON.parse(good.stdout)
  assert.equal(told.key_trusted, true)
  assert.equal(told.fields.title, 'Unchanged')
  assert.equal(told.record, uid)
  assert.ok(told.leaf < told.size)
  assert.equal(check(receipt).status, 0)
  const other = check(receipt, '--key', key.replace(/\+.*/, '+00000000+') + key.split('+').at(-1))
  assert.notEqual(other.status, 0)
  assert.match(polder('receipt', 'check', hub.file('check.json', receipt), '--key', key).stdout, /^holds\n/)
  // One character at a time, in each of the parts, wherever it is a value; at most some of a long text.
  let n = 0
  const flips = (value, put) => {
    if (typeof value === 'string') {
      const step = Math.ceil(value.length / 6)
      for (let i = 0; i < value.length; i += step) {
        const c = value[i] === 'a' ? 'b' : value[i] === '\n' ? ' ' : 'a'
        const r = check(put(value.slice(0, i) + c + value.slice(i + 1)), '--key', key)
        assert.equal(r.status, 1, `${i} of ${value}: ${r.stdout}${r.stderr}`)
        n++
      }
    } else if (typeof value === 'number') assert.equal(check(put(value + 1), '--key', key).status, 1)
    else for (const name of Object.keys(value)) flips(value[name], (fresh) => put(Array.isArray(value) ? value.with?.(name, fresh) ?? Object.assign([...value], {[name]: fresh}) : {...value, [name]: fresh}))
  }
  for (const part of ['event', 'event_salt', 'fields', 'promise', 'proof']) flips(receipt[part], (fresh) => ({...receipt, [part]: fresh}))
  assert.ok(n > 60, `${n} changes`)
  for (const part of ['event', 'event_salt']) assert.equal(check({...receipt, [part]: undefined}).status, 1)
  assert.equal(check({...receipt, promise: undefined, proof: undefined}).status, 1)
  assert.equal(check({...receipt, fields: receipt.fields.slice(1)}).status, 1)
  for (const text of ['', '[]', '{}', 'nonsense', '{"polder":"receipt","version":1}']) assert.equal(polder('receipt', 'check', hub.file('check.json', text)).status, 1, text)
})

test('a receipt that shows less proves as much', async () => {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title: 'Shown', tags: ['kept', 'back']}))).body
  const file = hub.file('whole.json', await proved(max, uid)), out = join(hub.folder, 'less.json')
  assert.equal(polder('receipt', 'redact', file, '--keep', 'title', '--without-detail', '--out', out).status, 0)
  assert.equal(statSync(out).mode & 0o777, 0o600)
  const less = readFileSync(out, 'utf8')
  assert.doesNotMatch(less, /kept|A filter is a part/)
  const told = JSON.parse(polder('receipt', 'check', out, '--key', key, '--json').stdout)
  assert.deepEqual(told.fields, {title: 'Shown'})
  assert.equal(told.kept_back, 2)
  assert.equal(polder('receipt', 'redact', out, '--keep', 'tags').status, 1)
  assert.equal(polder('receipt', 'check', hub.file('none.json', polder('receipt', 'redact', file).stdout)).status, 0)
})

test('nobody has a receipt of what somebody else did, nor learns that there is a record', async () => {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title: 'Nobody else\'s'}))).body
  const event = (await max.done(200, 'GET', `/records/${uid}/receipts`)).body.items[0].event
  for (const one of [0, event]) {
    await eve.done(404, 'GET', `/records/${uid}/receipts/${one}`)
    await coco.done(404, 'GET', `/records/${uid}/receipts/${one}`)
    await nobody(hub).done(401, 'GET', `/records/${uid}/receipts/${one}`)
  }
  await eve.done(404, 'GET', `/records/${uid}/receipts`)
  assert.deepEqual((await coco.done(200, 'GET', `/records/${uid}/receipts`)).body.items, [])
  await nobody(hub).done(404, 'GET', `/records/${uid}/log`)
  const browser = await new Browser(hub).signIn('eve')
  for (const path of ['receipts', `receipts/${event}.json`, 'log']) assert.equal((await browser.get(`/r/${uid}/${path}`)).status, 404, path)
  const own = await new Browser(hub).signIn('max')
  assert.match((await own.get(`/r/${uid}`)).text, new RegExp(`href="/r/${uid}/receipts"`))
  const page = await own.get(`/r/${uid}/receipts`)
  assert.match(plain(page.text), /Made the record/)
  const file = await own.get(`/r/${uid}/receipts/${event}.json`)
  assert.match(file.headers['content-disposition'], /attachment; filename="receipt.json"/)
  assert.equal(file.headers['cache-control'], 'no-store')
  assert.equal(check(JSON.parse(file.text)).status, 0)
  assert.equal((await own.get(`/r/${uid}/receipts/0.json`)).status, 200)
})

test('a receipt of a revision shows nothing that its maker may not read', async () => {
  const {uid, etag} = (await max.done(201, 'POST', '/records', lesson({title: 'In part', tags: ['hidden-later']}))).body
  await coco.done(200, 'PUT', `/records/${uid}/visibility`, {rules: {'/tags': ['coordinators']}})
  const now = (await max.get(`/records/${uid}`)).body
  assert.equal(now.body.tags, undefined)
  await max.done(200, 'PATCH', `/records/${uid}`, {lesson: 'Changed.'}, {'if-match': `"${now.etag}"`})
  const {items} = (await max.done(200, 'GET', `/records/${uid}/receipts`)).body
  const receipt = (await max.done(200, 'GET', `/records/${uid}/receipts/${items[0].event}`)).body
  assert.equal(receipt.event.type, 'revise')
  assert.doesNotMatch(JSON.stringify(receipt), /hidden-later/)
  const told = JSON.parse(check(receipt).stdout)
  assert.equal(told.good, true)
  assert.deepEqual(Object.keys(told.fields).sort(), ['lesson', 'title'])
  assert.equal(told.kept_back, 1)
  assert.ok(etag)
})

test('a finder without an account has one by the receipt code: over the API, on the page, by command', async () => {
  const sent = (await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous'))).body
  const promised = note(sent.promise, key).split('\n')
  const by = (path) => nobody(hub).get(path, {receipt: sent.receipt})
  let receipt
  await eventually(async () => (receipt = (await by('/receipt/file')).body).proof, 'a proof')
  assert.equal(receiptLeaf(receipt).toString('hex'), promised[2])
  assert.match(receipt.event.actor, /^A-/)
  assert.equal(receipt.event.record, sent.id)
  assert.equal(JSON.parse(check(receipt, '--key', key).stdout).good, true)
  assert.equal((await nobody(hub).get('/receipt/file')).status, 401)
  assert.equal((await nobody(hub).get('/receipt/file', {receipt: sent.receipt.replace(/^..../, '0000')})).status === 200, false)
  const message = (await nobody(hub).done(201, 'POST', '/receipt/messages', {text: 'It still happens.'}, {receipt: sent.receipt})).body
  assert.notEqual(note(message.promise, key).split('\n')[2], promised[2])
  const browser = new Browser(hub)
  assert.equal((await browser.get('/receipt/receipt.json')).status, 303)
  const direct = await browser.request('/receipt/receipt.json', {pairs: [['code', sent.receipt]]})
  assert.equal(direct.status, 200)
  assert.equal(JSON.parse(direct.text).event.record, sent.id)
  assert.equal(browser.cookie, '')
  assert.equal((await browser.request('/receipt/receipt.json', {pairs: [['code', 'nonsense']]})).status, 422)
  assert.equal((await browser.send((await browser.get('/receipt')).text, 'action="/receipt"', {code: sent.receipt})).status, 303)
  assert.match((await browser.get('/receipt/report')).text, /href="\/receipt\/receipt.json"/)
  const file = await browser.get('/receipt/receipt.json')
  assert.equal(JSON.parse(file.text).event.record, sent.id)
  assert.equal(file.headers['cache-control'], 'no-store')
  const saved = join(hub.folder, 'saved.json')
  assert.equal(polder('receipt', sent.receipt, '--save', saved, '--hub', hub.dir).status, 0)
  assert.equal(polder('receipt', 'check', saved, '--key', key).status, 0)
  await coco.done(404, 'GET', `/records/${sent.id}/receipts/0`)
  const again = (await max.done(201, 'POST', '/reports', flaw('name'))).body
  assert.ok(note(again.promise, key).includes('polder/promise/v1'))
})

test('of what was erased there is no receipt any more, and the log says that it was erased', async () => {
  const uid = await published('To be erased')
  await logged(uid)
  await coco.done(200, 'POST', `/records/${uid}/erasure`, {reason: 'asked for', basis: 'Article 17'})
  assert.equal((await max.get(`/records/${uid}/receipts/0`)).status, 410)
  assert.equal((await max.get(`/records/${uid}/receipts`)).status, 410)
  assert.equal((await nobody(hub).get(`/records/${uid}/log`)).status, 410)
  let last
  await eventually(async () => {
    const {size} = (await nobody(hub).get('/log')).body
    const lines = (await hub.get(`/log/statements/${Math.floor((size - 1) / 256)}`)).text + (await hub.get(`/log/statements/${Math.max(0, Math.floor((size - 1) / 256) - 1)}`)).text
    const mine = lines.trim().split('\n').map((line) => JSON.parse(line)).filter((one) => one.statement.record === uid)
    last = mine.find((one) => one.type === 'tombstone')
    assert.ok(!last || mine.length === 1, 'what was said before went, too')
    return last
  }, 'a tombstone')
  assert.equal(last.statement.basis, 'Article 17')
  assert.equal(saidCommitment(last).toString('hex'), last.commitment)
})

test('the page says what the log is, and checks a receipt without keeping anything of it', async () => {
  const browser = new Browser(hub)
  const page = await browser.get('/log')
  assert.match(plain(page.text), /It proves.*It does not prove.*that a report is true/)
  assert.ok(page.text.includes(key))
  assert.match((await browser.get('/')).text, /<a href="\/log">Log<\/a>/)
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title: '<b>Brought</b>'}))).body
  const receipt = await proved(max, uid), text = JSON.stringify(receipt)
  const answer = await browser.request('/log/check', {parts: [{name: 'file', value: text, file: 'receipt.json', media: 'application/json'}, {name: 'receipt', value: ''}]})
  assert.equal(answer.status, 200, plain(answer.text))
  assert.match(plain(answer.text), /This receipt holds.*a key of this hub signed it.*Made the record.*as leaf [\d,]+, of [\d,]+.*a key of this hub/)
  assert.ok(answer.text.includes('&lt;b&gt;Brought&lt;/b&gt;'))
  assert.equal(answer.headers['cache-control'], 'no-store')
  const {action, pairs} = formOf(page.text, 'action="/log/check"')
  assert.equal(action, '/log/check')
  const parts = typed(pairs, {receipt: text.replace('Brought', 'Bought')}).map(([name, value]) => ({name, value}))
  const bad = await browser.request('/log/check', {parts})
  assert.equal(bad.status, 422)
  assert.match(plain(bad.text), /This receipt does not hold.*The fields are not those that were committed to/)
  const empty = await browser.request('/log/check', {parts: [{name: 'receipt', value: ''}]})
  assert.equal(empty.status, 422)
  const stranger = elsewhere().receipt
  assert.match(plain((await browser.request('/log/check', {parts: [{name: 'receipt', value: stranger}]})).text), /this hub did not sign it.*not a key of this hub/)
  assert.equal((await hub.request('/log/check', {method: 'POST', body: 'receipt=x', headers: {'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site'}})).status, 403)
  const said = (await nobody(hub).done(200, 'POST', '/log/check', receipt)).body
  assert.equal(said.good, true)
  assert.equal(said.key_trusted, true)
  const not = (await nobody(hub).done(200, 'POST', '/log/check', {...receipt, event: {...receipt.event, state: 'published'}})).body
  assert.equal(not.good, false)
  assert.match(not.wrong, /\.$/)
  const noted = hub.errors.split('\n').filter((line) => line.includes('POST /log/check'))
  assert.ok(noted.length && noted.every((line) => !/127\.0\.0\.1|Brought/.test(line)), noted.join('\n'))
})

test('the command says how the log stands, and runs it where nobody serves the hub', async () => {
  const status = hub.polder('log', '--json')
  assert.equal(status.keys[0], key)
  assert.ok(status.size >= status.signed_size && status.signed_size > 0)
  checkpoint(status.checkpoint, key)
  assert.match(hub.polder('log'), /^Log +\S+\nKey +\S+\n/)
  assert.match(hub.polder('log', 'proof', '0'), /^c2sp\.org\/tlog-proof@v1\nindex 0\n/)
  assert.equal(run(['log', 'proof', '99999999', '--hub', hub.dir]).status !== 0, true)
  const {other, uid, receipt} = elsewhere()
  assert.equal(JSON.parse(receipt).proof, undefined)
  assert.deepEqual(other.json('log').waiting, {said: 0, sealed: 1})
  assert.match(other.text('log'), /Signed +nothing yet\nWaiting +0 that are told, 1 that/)
  writeFileSync(join(other.dir, 'polder.conf'), readFileSync(join(other.dir, 'polder.conf'), 'utf8') + '\n[log]\nepoch = PT1S\norigin = elsewhere.example/log\nfill = 8\n')
  await pause(1100)
  const after = other.json('log', 'run')
  assert.equal(after.origin, 'elsewhere.example/log')
  assert.equal(after.signed_size, 10)
  assert.deepEqual(after.waiting, {said: 0, sealed: 0})
  const now = JSON.parse(other.text('receipt', 'get', uid))
  assert.equal(proof(now.proof, leafHash('commit', receiptCommitment(now)), after.keys[0]).size, 10)
  assert.match(other.error(1, 'log', 'proof', uid).message, /says nothing of it/)
})

test('a hub that was restored goes on with what others have seen of its log', async () => {
  const restored = new Hub(hub.folder, 'restored'), copy = join(hub.folder, 'copy'), mirror = join(hub.folder, 'mirror')
  hub.polder('backup', copy)
  const uid = await published('After the backup')
  const [said] = await logged(uid)
  const mirrored = polder('mirror', `http://${hub.host}:${hub.port}/`, mirror, '--key', key)
  assert.equal(mirrored.status, 0, mirrored.stdout + mirrored.stderr)
  assert.equal(polder('restore', copy, restored.dir).status, 0)
  copyFileSync(join(hub.dir, 'log.key'), join(restored.dir, 'log.key'))
  assert.match(restored.text('log'), /Held up since/)
  assert.equal(restored.json('log', 'run').signed_size, 0)
  assert.match(restored.text('log', 'resume', '--from', join(mirror, 'log')), /entries that others saw are taken over/)
  const after = restored.json('log')
  assert.equal(after.held, undefined)
  assert.equal(after.keys[0], key)
  assert.ok(after.signed_size > said.leaf)
  proof(restored.text('log', 'proof', String(said.leaf)), leafHash(said.type, Buffer.from(said.commitment, 'hex')), key)
})
