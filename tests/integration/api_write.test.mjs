// The API for writing: versions, moves, links, files, many at once, keys, limits.
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {after, before, test} from 'node:test'
import {appendFileSync} from 'node:fs'
import {join} from 'node:path'
import {startHub, starter} from './hub.mjs'
import {nobody, person, token} from './people.mjs'

let hub, max, mia, coco, gus, anyone
before(async () => {
  hub = await startHub({import: [starter]})
  max = person(hub, 'max', 'member')
  mia = person(hub, 'mia', 'member')
  coco = person(hub, 'coco', 'coordinator')
  gus = person(hub, 'gus', 'guest')
  anyone = nobody(hub)
})
after(() => hub?.stop())

const lesson = (more = {}) => ({kind: 'lesson', body: {title: 'Test the filters too', lesson: 'A filter is a part of the system.', ...more}})
async function made(who = max, more) {
  const {body} = await who.done(201, 'POST', '/records', lesson(more))
  return body
}
const match = (etag) => ({'if-match': `"${etag}"`})

test('what was made has an address and a version, and is seen by those who may see it', async () => {
  const answer = await max.done(201, 'POST', '/records', lesson())
  assert.equal(answer.headers.location, `/api/v1/records/${answer.body.uid}`)
  assert.equal(answer.headers.etag, `"${answer.body.etag}"`)
  assert.equal(answer.body.kind, 'lesson')
  assert.equal(answer.body.state, 'draft')
  const read = await max.done(200, 'GET', answer.headers.location)
  assert.equal(read.body.etag, answer.body.etag)
  assert.equal(read.headers['cache-control'], 'private, no-cache')
  assert.ok(read.body.audiences.includes('owner'))
  await coco.done(200, 'GET', answer.headers.location)
  for (const other of [anyone, mia, gus]) await other.done(404, 'GET', answer.headers.location)
})

test('everything that is wrong with a body is said, each with its place', async () => {
  const {body} = await max.done(422, 'POST', '/records', {kind: 'lesson', body: {title: '', lesson: 5, colour: 'blue', causes: [{type: 'weather'}]}})
  const places = body.errors.map((one) => one.pointer)
  for (const place of ['/body/title', '/body/lesson', '/body/colour']) assert.ok(places.includes(place), place)
  assert.ok(places.some((place) => place.startsWith('/body/causes/0')), places.join())
  const envelope = await max.done(422, 'POST', '/records', {kind: 5, body: [], more: 1})
  assert.deepEqual(envelope.body.errors.map((one) => one.pointer).sort(), ['/body', '/kind', '/more'])
  const unknown = await max.done(422, 'POST', '/records', {kind: 'dragon', body: {}})
  assert.equal(unknown.body.errors[0].pointer, '/kind')
  const broken = await max.done(400, 'POST', '/records', '{"kind":', {'content-type': 'application/json'})
  assert.match(broken.body.detail, /./)
  await max.done(415, 'POST', '/records', 'kind=lesson', {'content-type': 'application/x-www-form-urlencoded'})
})

test('a new body needs the version that it starts from', async () => {
  const {uid, etag} = await made()
  const path = `/records/${uid}`, fresh = lesson({tags: ['one']}).body
  await max.done(428, 'PUT', path, fresh)
  await max.done(412, 'PUT', path, fresh, match('no such version'))
  const first = await max.done(200, 'PUT', path, fresh, match(etag))
  assert.notEqual(first.body.etag, etag)
  await max.done(412, 'PUT', path, {...fresh, tags: ['two']}, match(etag))
  const read = await max.get(path)
  assert.deepEqual(read.body.body.tags, ['one'])
  await max.done(200, 'PUT', path, {...fresh, tags: ['three']}, {'if-match': read.headers.etag})
  await max.done(200, 'PUT', path, {...fresh, tags: ['four']}, {'if-match': '*'})
  await max.done(404, 'PUT', '/records/R-0000-0000', fresh, match(etag))
  const same = await max.done(200, 'PUT', path, {...fresh, tags: ['four']}, {'if-match': '*'})
  assert.equal(same.body.changed, false)
})

test('of many who change the same version one wins', async () => {
  const {uid, etag} = await made()
  const answers = await Promise.all([...Array(20).keys()].map((i) => max.patch(`/records/${uid}`, {tags: [`${i}`]}, match(etag))))
  const statuses = answers.map((one) => one.status).sort()
  assert.deepEqual(statuses, [200, ...Array(19).fill(412)])
})

test('a merge patch changes what it names and nothing else', async () => {
  const {uid, etag} = await made(max, {tags: ['a'], confidence: 'low', causes: [{text: 'One'}]})
  await max.done(428, 'PATCH', `/records/${uid}`, {tags: ['b']})
  const {body} = await max.done(200, 'PATCH', `/records/${uid}?note=reviewed`, {tags: ['b'], confidence: null}, match(etag))
  const read = (await max.get(`/records/${uid}`)).body
  assert.deepEqual(read.body, {...lesson().body, tags: ['b'], causes: [{text: 'One'}]})
  assert.equal(read.etag, body.etag)
  const wrong = await max.done(422, 'PATCH', `/records/${uid}`, {title: null}, match(body.etag))
  assert.match(JSON.stringify(wrong.body.errors), /title/)
  await max.done(422, 'PATCH', `/records/${uid}`, [1], match(body.etag))
  const history = (await max.get(`/records/${uid}/history`)).body.items
  assert.equal(history.find((one) => one.type === 'revised').reason, 'reviewed')
})

test('a change that does not show to its owner refuses no change of theirs, and stays', async () => {
  const {body} = await max.done(201, 'POST', '/records', {...lesson({internal: 'for the coordinators'}), visibility: {'/internal': ['coordinators']}})
  const path = `/records/${body.uid}`
  assert.equal((await max.get(path)).body.body.internal, undefined)
  const theirs = (await coco.get(path)).body
  assert.equal(theirs.body.internal, 'for the coordinators')
  await coco.done(200, 'PATCH', path, {internal: 'changed'}, match(theirs.etag))
  await max.done(200, 'PATCH', path, {tags: ['mine']}, match(body.etag))
  const after = (await coco.get(path)).body.body
  assert.deepEqual([after.internal, after.tags], ['changed', ['mine']])
})

test('who may not, can not; and is told no more than they may know', async () => {
  const {uid, etag} = await made()
  const {body} = await max.done(201, 'POST', '/records', {...lesson(), kind: 'lesson'})
  await coco.done(200, 'POST', `/records/${body.uid}/moves`, {move: 'publish'})
  const hidden = `/records/${uid}`, open = `/records/${body.uid}`
  await mia.done(404, 'PATCH', hidden, {tags: []}, match(etag))
  await mia.done(404, 'POST', `${hidden}/comments`, {text: 'x'})
  await mia.done(403, 'PATCH', open, {tags: []}, {'if-match': '*'})
  await mia.done(403, 'POST', `${open}/moves`, {move: 'withdraw', reason: 'x'})
  await mia.done(403, 'POST', `${open}/links`, {rel: 'concerns', target: 'CUE-0001'})
  await mia.done(403, 'POST', `${open}/files?name=a.txt`, 'x', {'content-type': 'text/plain'})
  await gus.done(403, 'POST', '/records', lesson())
  const refused = await anyone.done(401, 'POST', '/records', lesson())
  assert.match(refused.headers['www-authenticate'], /Bearer/)
  const reader = token(hub, 'max', 'read')
  await reader.done(200, 'GET', hidden)
  await reader.done(403, 'PATCH', hidden, {tags: []}, match(etag))
  await anyone.done(401, 'GET', '/me', undefined, {authorization: 'Bearer pldr_nonsense'})
})

test('the moves are told that a viewer may make, and made', async () => {
  const {uid} = await made(max)
  const moves = (await max.done(200, 'GET', `/records/${uid}/moves`)).body
  assert.equal(moves.state, 'draft')
  assert.deepEqual(moves.items.map((one) => [one.move, one.to, one.public, one.missing]), [['publish', 'published', true, []]])
  await max.done(409, 'POST', `/records/${uid}/moves`, {move: 'withdraw', reason: 'x'})
  await max.done(422, 'POST', `/records/${uid}/moves`, {move: 'fly'})
  const {body} = await max.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  assert.equal(body.state, 'published')
  await anyone.done(200, 'GET', `/records/${uid}`)
  assert.deepEqual((await anyone.get(`/records/${uid}/moves`)).body.items, [])
  await max.done(422, 'POST', `/records/${uid}/moves`, {move: 'withdraw'})
  const old = match('other')
  await max.done(412, 'POST', `/records/${uid}/moves`, {move: 'withdraw', reason: 'wrong'}, old)
  await max.done(200, 'POST', `/records/${uid}/moves`, {move: 'withdraw', reason: 'wrong'}, match((await max.get(`/records/${uid}`)).body.etag))
})

test('links are made once, and taken away', async () => {
  const {uid} = await made()
  const link = {rel: 'concerns', target: 'CUE-0001'}
  await max.done(201, 'POST', `/records/${uid}/links`, link)
  assert.equal((await max.done(200, 'POST', `/records/${uid}/links`, link)).body.changed, false)
  assert.equal((await max.get(`/records/${uid}?fields=links`)).body.links[0].items[0].id, 'CUE-0001')
  assert.equal((await max.done(200, 'DELETE', `/records/${uid}/links`, link)).body.changed, true)
  assert.deepEqual((await max.get(`/records/${uid}?fields=links`)).body, {links: []})
  await max.done(404, 'POST', `/records/${uid}/links`, {rel: 'concerns', target: 'CUE-9999'})
  const wrong = await max.send('POST', `/records/${uid}/links`, {rel: 'eats', target: 'CUE-0001'})
  assert.equal(wrong.status, 422, wrong.text)
})

test('comments are read by those whom they are for', async () => {
  const {uid} = await made()
  await max.done(201, 'POST', `/records/${uid}/comments`, {text: 'for the owner', audiences: ['owner']})
  await coco.done(201, 'POST', `/records/${uid}/comments`, {text: 'for coordinators'})
  await max.done(422, 'POST', `/records/${uid}/comments`, {text: 'x', audiences: ['everyone']})
  await max.done(422, 'POST', `/records/${uid}/comments`, {text: ' '})
  const words = async (who) => (await who.get(`/records/${uid}/history`)).body.items.filter((one) => one.type === 'commented').map((one) => one.reason)
  assert.deepEqual(await words(max), ['for the owner'])
  await max.done(201, 'POST', `/records/${uid}/comments`, {text: 'from the owner', audiences: ['coordinators']})
  assert.deepEqual(await words(max), ['for the owner', 'from the owner'])
  assert.deepEqual(await words(coco), ['for coordinators', 'from the owner'])
})

const form = (parts) => {
  const boundary = 'polder-test-boundary'
  const bytes = parts.flatMap(({name, file, type, value}) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${file}"` : ''}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n`),
    Buffer.from(value), Buffer.from('\r\n')])
  return [Buffer.concat([...bytes, Buffer.from(`--${boundary}--\r\n`)]), {'content-type': `multipart/form-data; boundary=${boundary}`}]
}

test('files come as a form or as they are, and go out as they came', async () => {
  const {uid} = await made()
  const sha = (bytes) => createHash('sha256').update(bytes).digest('hex')
  const small = Buffer.from('some notes\0\xff', 'latin1')
  const sent = await max.done(201, 'POST', `/records/${uid}/files`, ...form([{name: 'audiences', value: 'owner, public'}, {name: 'file', file: 'C:\\notes.bin', type: 'application/x-notes', value: small}]))
  assert.deepEqual(sent.body.file, {name: 'notes.bin', media_type: 'application/x-notes', sha256: sha(small), size: small.length})
  const got = await max.done(200, 'GET', sent.headers.location)
  assert.ok(got.bytes.equals(small))
  assert.match(got.headers['content-disposition'], /attachment; filename="notes.bin"/)
  await anyone.done(404, 'GET', sent.headers.location)
  const raw = await max.done(201, 'POST', `/records/${uid}/files?name=b.txt`, 'text', {'content-type': 'text/plain'})
  assert.equal(raw.body.file.media_type, 'text/plain')
  assert.equal((await max.done(200, 'POST', `/records/${uid}/files?name=b.txt`, 'text', {'content-type': 'text/plain'})).body.changed, false)
  await max.done(200, 'GET', raw.headers.location) /* for coordinators, since nothing else was said, and for who sent it */
  await coco.done(200, 'GET', raw.headers.location)
  await max.done(400, 'POST', `/records/${uid}/files`, 'text', {'content-type': 'text/plain'})
  await max.done(422, 'POST', `/records/${uid}/files?name=..%2Fx`, 'text', {'content-type': 'text/plain'})
  await max.done(422, 'POST', `/records/${uid}/files?name=a&audiences=everyone`, 'text', {'content-type': 'text/plain'})
  await max.done(422, 'POST', `/records/${uid}/files`, ...form([{name: 'a', file: 'a', value: '1'}, {name: 'b', file: 'b', value: '2'}]))
  await max.done(422, 'POST', `/records/${uid}/files`, ...form([{name: 'a', value: '1'}]))
})

test('a file of 50 MB takes no 50 MB of the hub', async () => {
  const {uid} = await made()
  const large = Buffer.alloc(50 << 20, 'polder'), before = hub.memory()
  const sent = await max.done(201, 'POST', `/records/${uid}/files`, ...form([{name: 'audiences', value: 'owner'}, {name: 'file', file: 'large.bin', value: large}]))
  const got = await max.done(200, 'GET', sent.headers.location)
  assert.ok(got.bytes.equals(large))
  const grown = hub.memory() - before
  assert.ok(grown < 30 << 20, `grew by ${grown >> 20} MB`)
  await max.done(413, 'POST', `/records/${uid}/files?name=x`, Buffer.alloc((64 << 20) + 1), {'content-type': 'text/plain', expect: '100-continue'}).catch((e) => {
    if (e.code !== 'ECONNRESET' && e.code !== 'EPIPE') throw e
  })
})

test('a request under the same key is done once', async () => {
  const key = {'idempotency-key': 'a key of this test'}
  const first = await max.done(201, 'POST', '/records', lesson({tags: ['once']}), key)
  const again = await max.done(201, 'POST', '/records', lesson({tags: ['once']}), key)
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers.location, first.headers.location)
  assert.equal(again.headers['idempotency-replayed'], 'true')
  await max.done(422, 'POST', '/records', lesson({tags: ['other']}), key)
  const theirs = await mia.done(201, 'POST', '/records', lesson({tags: ['once']}), key)
  assert.notEqual(theirs.body.uid, first.body.uid)
  const bad = {'idempotency-key': 'a key that failed first'}
  await max.done(422, 'POST', '/records', {kind: 'lesson', body: {}}, bad)
  await max.done(201, 'POST', '/records', lesson(), bad)
  const many = await Promise.all([...Array(10)].map(() => max.post('/records', lesson({tags: ['race']}), {'idempotency-key': 'raced'})))
  const uids = new Set(many.filter((one) => one.status === 201).map((one) => one.body.uid))
  assert.equal(uids.size, 1)
  for (const one of many) assert.ok([201, 409].includes(one.status), one.text)
  await max.done(400, 'POST', '/records', lesson(), {'idempotency-key': 'é'})
})

test('many changes are answered each for itself', async () => {
  const {uid, etag} = await made()
  const operations = [
    {op: 'create', ...lesson({tags: ['bulk']})},
    {op: 'create', kind: 'lesson', body: {title: 5}},
    {op: 'create', kind: 'dragon', body: {}},
    {op: 'create'},
    {op: 'patch', id: uid, body: {tags: ['bulk']}, if_match: etag},
    {op: 'patch', id: uid, body: {tags: ['bulk']}},
    {op: 'revise', id: uid, body: lesson().body, if_match: 'another'},
    {op: 'comment', id: uid, text: 'seen', audiences: ['owner']},
    {op: 'link', id: uid, rel: 'concerns', target: 'CUE-0002'},
    {op: 'move', id: uid, move: 'fly'},
    {op: 'move', id: 'R-0000-0000', move: 'publish'},
    {op: 'fly'},
    5,
    {op: 'comment', id: 'CUE-0001', text: 'not mine', more: 1},
  ]
  const expected = [201, 422, 422, 422, 200, 428, 412, 201, 201, 422, 404, 422, 422, 422]
  const {body} = await max.done(200, 'POST', '/bulk', operations)
  assert.deepEqual(body.items.map((one) => one.status), expected)
  assert.equal(body.done, 4)
  assert.equal(body.refused, expected.length - 4)
  assert.match(JSON.stringify(body.items[1].problem.errors), /\/body\/title/)
  assert.deepEqual((await max.get(`/records/${uid}?fields=body.tags`)).body, {body: {tags: ['bulk']}})

  const lines = await max.done(200, 'POST', '/bulk', `{"op":"comment","id":"${uid}","text":"a line"}\n\n{"op":\n{"op":"comment","id":"${uid}","text":"another"}`, {'content-type': 'application/x-ndjson'})
  assert.deepEqual(lines.body.items.map((one) => one.status), [201, 400, 201])
  await max.done(422, 'POST', '/bulk', [])
  await max.done(422, 'POST', '/bulk', Array(1001).fill({op: 'comment', id: uid, text: 'x'}))
  await max.done(422, 'POST', '/bulk', {op: 'create'})
  await max.done(415, 'POST', '/bulk', 'x', {'content-type': 'text/plain'})
  await max.done(400, 'POST', '/bulk', '[', {'content-type': 'application/json'})
})

test('a thousand changes are one request', async () => {
  const began = performance.now()
  const {body} = await max.done(200, 'POST', '/bulk', [...Array(1000).keys()].map((i) => ({op: 'create', ...lesson({tags: [`number ${i}`]})})))
  assert.equal(body.done, 1000)
  assert.equal(new Set(body.items.map((one) => one.result.uid)).size, 1000)
  console.log(`1,000 records in ${Math.round(performance.now() - began)} ms`)
})

test('an organization owns what its members make for it', async () => {
  const {body} = await coco.done(201, 'POST', '/records', {kind: 'organization', body: {name: 'Example organization'}})
  await max.done(403, 'POST', '/records', {...lesson(), organization: body.uid})
  await max.done(403, 'POST', '/records', {...lesson(), organization: 'R-0000-0000'})
})

test('an answer holds the fields that were asked for', async () => {
  const {body} = await anyone.done(200, 'GET', '/records?kind=use&limit=3&fields=id,body.title,links.items.id')
  for (const item of body.items) {
    assert.deepEqual(Object.keys(item), ['id', 'body', 'links'])
    assert.deepEqual(Object.keys(item.body), ['title'])
    for (const group of item.links) for (const one of group.items) assert.deepEqual(Object.keys(one), ['id'])
  }
  const lines = await anyone.done(200, 'GET', '/records?kind=use&limit=3&fields=title')
  for (const item of lines.body.items) assert.deepEqual(Object.keys(item), ['title'])
  const hits = await anyone.done(200, 'GET', '/search?q=fraud&fields=id,score')
  for (const item of hits.body.items) assert.deepEqual(Object.keys(item).sort(), ['id', 'score'])
  const whole = await anyone.get('/records/CUE-0001'), part = await anyone.get('/records/CUE-0001?fields=title,body.title')
  assert.deepEqual(part.body, {title: whole.body.title, body: {title: whole.body.body.title}})
  assert.notEqual(part.headers.etag, whole.headers.etag)
  for (const wrong of ['colour', 'title,,id', 'title.', '.', 'a.b.c.d.e.f.g.h.i', Array(51).fill('id').join()])
    assert.equal((await anyone.get(`/records/CUE-0001?fields=${wrong}`)).body.errors[0].parameter, 'fields', wrong)
})

test('a token is told whose it is', async () => {
  const {body} = await max.done(200, 'GET', '/me')
  assert.equal(body.login, 'max')
  assert.deepEqual(body.roles, ['member'])
  assert.ok(body.scopes.includes('write'))
  await anyone.done(401, 'GET', '/me')
})

test('pages of other sites may read and not write', async () => {
  const asks = (path, method) => anyone.send('OPTIONS', path, undefined, {origin: 'https://example.org', 'access-control-request-method': method,
    'access-control-request-headers': 'authorization'})
  const read = await asks('/records', 'GET')
  assert.equal(read.status, 204)
  assert.equal(read.headers['access-control-allow-origin'], '*')
  assert.match(read.headers['access-control-allow-headers'], /Authorization/)
  for (const [path, method] of [['/records', 'POST'], ['/records/CUE-0001', 'PUT'], ['/records/CUE-0001', 'PATCH'], ['/records/CUE-0001/links', 'DELETE'],
    ['/bulk', 'POST'], ['/me', 'GET']]) {
    const answer = await asks(path, method)
    assert.equal(answer.status, 403, `${method} ${path}`)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  }
  const written = await max.done(201, 'POST', '/records', lesson(), {origin: 'https://example.org'})
  assert.equal(written.headers['access-control-allow-origin'], undefined)
})

test('a cookie alone changes nothing', async () => {
  await anyone.done(401, 'POST', '/records', lesson(), {cookie: 'polder=anything'})
})

test('limits are counted by caller, and told', async (t) => {
  const small = await startHub({import: [starter]})
  t.after(() => small.stop())
  await small.end()
  appendFileSync(join(small.dir, 'polder.conf'), '\n[limits]\nreads_anonymous = 5\nreads = 20\nwrites = 3\n')
  await small.serve()
  const one = nobody(small), known = person(small, 'max', 'member')
  const first = await one.get('/records?limit=1')
  assert.deepEqual(['limit', 'remaining'].map((name) => first.headers[`ratelimit-${name}`]), ['5', '4'])
  assert.ok(Number(first.headers['ratelimit-reset']) >= 1)
  for (let i = 0; i < 20; i++) {
    const kept = await one.get('/records?limit=1') /* from the cache: not counted, not told */
    assert.equal(kept.status, 200)
    assert.equal(kept.headers['ratelimit-limit'], undefined)
    assert.equal(kept.headers['cache-control'], 'public, no-cache')
  }
  for (let i = 2; i <= 5; i++) await one.done(200, 'GET', `/records?limit=${i}`)
  const over = await one.done(429, 'GET', '/records?limit=6')
  assert.ok(Number(over.headers['retry-after']) >= 1)
  assert.equal(over.headers['ratelimit-remaining'], '0')
  assert.equal(over.headers['access-control-allow-origin'], '*')
  await known.done(200, 'GET', '/records?limit=6')
  for (let i = 0; i < 3; i++) await known.done(201, 'POST', '/records', lesson())
  await known.done(429, 'POST', '/records', lesson())
  await known.done(200, 'GET', '/me')
})

test('a limit that is none is refused when the hub is opened', async () => {
  const other = await startHub()
  await other.end()
  appendFileSync(join(other.dir, 'polder.conf'), '\n[limits]\nwrites = many\n')
  await assert.rejects(other.serve(), /limits.*writes/s)
  await other.stop()
})

test('afterwards the hub is whole, and nothing went wrong in it', () => {
  assert.equal(hub.errors, '')
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
})
