// The page of a record: what it says, its names, its history, its files, and that it changes when the record does.
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {after, before, test} from 'node:test'
import {eventually, startHub, unescaped} from './hub.mjs'

const incident = (id, body, more = {}) => ({kind: 'incident', id, state: 'published', ...more,
  body: {title: 'A title', date: '2024-03-04', description: 'It happened.', references: [{url: 'https://example.org/a', title: 'A source'}], ...body}})

const RECORDS = [
  {kind: 'system', id: 'test:system', state: 'published', body: {name: 'Example model', type: 'model'}},
  incident('test:one', {
    title: 'The first incident', summary: 'One sentence about it.', description: 'With *emphasis* and a [link](https://example.org/x).',
    aliases: ['AIID-99901', 'other/name'], severity: 'not-sure', harm_types: ['privacy', 'financial'],
    locations: [{city: 'Delft', country: 'NL'}, {city: 'Ghent', country: 'BE'}],
    timeline: [{date: '2024-03', text: 'It was noticed.', type: 'discovered'}],
    classifications: [{scheme: 'MIT AI Risk Repository', id: '4.3', label: 'Fraud'}],
    toll: {people: 12000},
  }, {links: [{rel: 'affects', to: 'test:system'}]}),
]

let hub, id
before(async () => {
  hub = await startHub({records: RECORDS})
  id = (await hub.json('/api/v1/search?q=first')).body.items[0].id
})
after(async () => hub?.stop())

test('a record is shown by what its fields mean', async () => {
  const {text} = await hub.get(`/r/${id}`)
  assert.match(text, /<h1[^>]*>The first incident<\/h1>/)
  assert.match(text, /class="lede" itemprop="abstract"><p>One sentence about it\.<\/p>/)
  assert.match(text, /With <em>emphasis<\/em> and a <a href="https:\/\/example\.org\/x"/)
  assert.match(text, /<time datetime="2024-03-04">4 March 2024<\/time>/)
  assert.match(text, /<dt>Severity<\/dt><dd>\s*<span>Not sure<\/span>/)
  assert.match(text, /<li>Privacy<\/li>\s*<li>Financial<\/li>/)
  assert.match(text, /<th scope="col">City<\/th>\s*<th scope="col">Country<\/th>/)
  assert.match(text, /<time datetime="2024-03">March 2024<\/time>\s*<span>\s*<span>It was noticed\.<\/span>/)
  assert.match(text, /<code>4\.3<\/code>\s*<span>Fraud<\/span>/)
  assert.match(text, /12,000/)
  assert.match(text, /href="https:\/\/example\.org\/a" rel="nofollow noopener external">A source<\/a>/)
  assert.match(text, /<h2>Where it happened<\/h2>|<h2>What happened<\/h2>/)
  assert.match(text, />Example model<\/a>/)
})

test('only sections that have something to say are there', async () => {
  const {text} = await hub.get(`/r/${id}`)
  assert.doesNotMatch(text, /Steps|Proceedings|Responses/)
})

test('how to cite it names title, identifier, hub and address', async () => {
  const {text} = await hub.get(`/r/${id}`)
  const cite = text.match(/id="cite"[^>]*>([^<]+)</)[1]
  for (const part of ['The first incident', id, 'Test hub', `/r/${id}`]) assert.ok(cite.includes(part), part)
})

test('every other name leads to the one address', async () => {
  const {body} = await hub.json(`/api/v1/records/${id}`)
  for (const name of [body.uid.toLowerCase(), 'AIID-99901', 'aiid-99901', 'other/name']) {
    const answer = await hub.get(`/r/${name}`)
    assert.equal(answer.status, 301, name)
    assert.equal(answer.headers.location, `/r/${id}`, name)
  }
  assert.equal((await hub.get('/r/AIID-99901/history')).headers.location, `/r/${id}/history`)
})

test('links are shown from both ends', async () => {
  const {body} = await hub.json('/api/v1/search?q=example+model')
  const {text} = await hub.get(`/r/${body.items[0].id}`)
  assert.match(text, /The first incident/)
})

test('what is not public is not there, in the same words as what is not there', async () => {
  const made = hub.polder('new', 'incident', '--set', 'title=Secret matter', '--set', 'date=2024', '--json')
  const uid = made.uid ?? made.id
  const words = (text) => text.replaceAll(uid, 'X').replaceAll('R-0000-0000', 'X')
  for (const path of [(name) => `/r/${name}`, (name) => `/r/${name}/history`, (name) => `/api/v1/records/${name}`]) {
    const hidden = await hub.get(path(uid)), missing = await hub.get(path('R-0000-0000'))
    assert.equal(hidden.status, 404)
    assert.equal(words(hidden.text), words(missing.text))
  }
  assert.doesNotMatch((await hub.get('/search?q=secret')).text, /Secret matter/)
  assert.doesNotMatch((await hub.get('/browse/incidents')).text, /Secret matter/)
})

test('a change shows at once, changes the ETag and stands in the history word by word', async () => {
  const before = await hub.get(`/r/${id}`)
  const text = 'With *emphasis* and a rather different [link](https://example.org/x).'
  hub.polder('edit', id, '--set', `description=${text}`, '--set', 'severity=high', '--note', 'found out more')
  await eventually(async () => (await hub.get(`/r/${id}`)).text.includes('rather different'), 'the page follows the record')
  const after = await hub.get(`/r/${id}`, {'if-none-match': before.headers.etag})
  assert.equal(after.status, 200)
  assert.notEqual(after.headers.etag, before.headers.etag)
  const history = unescaped((await hub.get(`/r/${id}/history`)).text)
  assert.match(history, /<ins>rather different <\/ins>/)
  assert.match(history, /<dt>Severity <span class="note">changed<\/span><\/dt><dd>\s*<p class="lines"><del>Not sure<\/del><ins>High<\/ins>/)
  assert.match(history, /found out more/)
  assert.match(history, /Published/)
})

test('a move to an unusual state stands at the head of the page with its reason', async () => {
  hub.polder('move', id, 'dispute', '--reason', 'The maker says otherwise.')
  await eventually(async () => (await hub.get(`/r/${id}`)).text.includes('Disputed.'), 'the state shows')
  const {text} = await hub.get(`/r/${id}`)
  assert.match(text, /class="notice"/)
  assert.match(text, /The maker says otherwise\./)
  assert.match((await hub.get('/browse/incidents')).text, /class="badge warn">Disputed/)
})

test('a public file comes as a download that no browser runs, a confidential one not at all', async () => {
  const content = '<script>alert(1)</script>', digest = (s) => createHash('sha256').update(s).digest('hex')
  hub.polder('attach', id, hub.file('pagé "1".html', content), '--for', 'public')
  hub.polder('attach', id, hub.file('hidden.txt', 'hidden'), '--for', 'coordinators')
  await eventually(async () => (await hub.get(`/r/${id}`)).text.includes(digest(content)), 'the file is listed')
  const file = await hub.get(`/r/${id}/files/${digest(content)}`)
  assert.equal(file.status, 200)
  assert.equal(file.text, content)
  assert.match(file.headers['content-disposition'], /^attachment; filename="pag__ _1_\.html"; filename\*=UTF-8''pag%C3%A9%20%221%22\.html$/)
  assert.equal(file.headers['x-content-type-options'], 'nosniff')
  assert.match(file.headers['content-security-policy'], /sandbox/)
  assert.equal((await hub.get(`/r/${id}/files/${digest('hidden')}`)).status, 404)
  assert.ok(!(await hub.get(`/r/${id}`)).text.includes(digest('hidden')))
})
