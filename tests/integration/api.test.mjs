// The API for reading.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub, starter} from './hub.mjs'

let hub
before(async () => (hub = await startHub({import: [starter]})))
after(async () => hub?.stop())

const linked = (answer, rel) => answer.headers.link?.split(/,\s*(?=<)/).map((one) => one.match(/^<([^>]*)>; rel="([^"]*)"$/))
  .find((one) => one?.[2] === rel)?.[1]

test('the index names addresses that answer', async () => {
  const {status, body} = await hub.json('/api/v1')
  assert.equal(status, 200)
  for (const path of Object.values(body.addresses)) {
    const filled = path.replace(/\{\?.*\}/, path.includes('search') ? '?q=fraud' : '').replace('{kind}', 'use').replace('{id}', 'CUE-0026')
    assert.equal((await hub.get(filled)).status, 200, filled)
  }
})

test('JSON comes as what it is', async () => {
  const types = {'/api/v1/kinds': 'application/json', '/api/v1/kinds/use/schema': 'application/schema+json',
    '/api/v1/schemas/common': 'application/schema+json', '/api/v1/records/CUE-0026': 'application/json',
    '/api/v1/records/nothing': 'application/problem+json'}
  for (const [path, type] of Object.entries(types)) assert.equal((await hub.get(path)).headers['content-type'], type, path)
})

test('each kind has a schema, and its references lead somewhere', async () => {
  const common = (await hub.json('/api/v1/schemas/common')).body
  const {body} = await hub.json('/api/v1/kinds')
  assert.ok(body.items.length >= 10)
  for (const kind of body.items) {
    const schema = (await hub.json(`/api/v1/kinds/${kind.kind}/schema`)).body
    for (const [, name] of JSON.stringify(schema).matchAll(/urn:polder:common#\/\$defs\/([a-z-]+)/g)) assert.ok(common.$defs[name], name)
  }
})

test('a walk along the Link headers meets every record exactly once', async () => {
  for (const query of ['limit=37', 'kind=incident&limit=7', 'kind=use&intention=malicious&limit=5', 'harm=privacy&limit=3']) {
    const seen = new Set()
    let first
    for (let path = `/api/v1/records?${query}`; path;) {
      const answer = await hub.json(path)
      first ??= answer
      for (const item of answer.body.items) {
        assert.ok(!seen.has(item.uid), `${item.id} comes twice`)
        seen.add(item.uid)
      }
      path = linked(answer, 'next')
      assert.equal(path === undefined, answer.body.next === undefined)
    }
    if (first.body.total !== undefined) assert.equal(seen.size, first.body.total, query)
    assert.ok(seen.size > 0, query)
  }
})

test('the hits of a search are paged without loss', async () => {
  const seen = new Set()
  let total
  for (let path = '/api/v1/search?q=data&limit=9'; path;) {
    const answer = await hub.json(path)
    total = answer.body.total
    for (const item of answer.body.items) seen.add(item.uid)
    path = linked(answer, 'next')
  }
  assert.equal(seen.size, total)
})

test('facets count what a filter then finds', async () => {
  const {body} = await hub.json('/api/v1/facets?kind=incident')
  for (const [name, group] of Object.entries(body))
    for (const {value, count} of group.values.slice(0, 3)) {
      const list = await hub.json(`/api/v1/records?kind=incident&limit=1&${name}=${encodeURIComponent(value)}`)
      assert.equal(list.body.total, count, `${name}=${value}`)
    }
})

test('a record carries body, links and where its page is', async () => {
  const answer = await hub.json('/api/v1/records/CUE-0026')
  assert.equal(answer.body.id, 'CUE-0026')
  assert.equal(answer.body.kind, 'use')
  assert.ok(answer.body.body.title && Array.isArray(answer.body.links))
  assert.equal(linked(answer, 'alternate'), '/r/CUE-0026')
  assert.equal(linked(answer, 'describedby'), '/api/v1/kinds/use/schema')
  const other = await hub.json(`/api/v1/records/${answer.body.uid}`)
  assert.equal(linked(other, 'canonical'), '/api/v1/records/CUE-0026')
})

test('an answer that the client has is not sent again', async () => {
  for (const path of ['/api/v1/records/CUE-0026', '/api/v1/records?limit=5', '/api/v1/search?q=fraud', '/api/v1/kinds']) {
    const first = await hub.get(path)
    assert.ok(first.headers.etag, path)
    for (const tag of [first.headers.etag, `"x", W/${first.headers.etag}`, '*']) {
      const again = await hub.get(path, {'if-none-match': tag})
      assert.equal(again.status, 304, path)
      assert.equal(again.bytes.length, 0)
    }
    assert.equal((await hub.get(path, {'if-none-match': '"else"'})).status, 200)
  }
})

test('HEAD gives the headers of GET', async () => {
  const get = await hub.get('/api/v1/records/CUE-0026'), head = await hub.request('/api/v1/records/CUE-0026', {method: 'HEAD'})
  for (const name of ['content-type', 'content-length', 'etag', 'link']) assert.equal(head.headers[name], get.headers[name], name)
  assert.equal(head.bytes.length, 0)
})

test('scripts of other sites may read, refusals too', async () => {
  for (const path of ['/api/v1', '/api/v1/records?limit=1', '/api/v1/records/nothing', '/api/v1/records?nonsense=1'])
    assert.equal((await hub.get(path, {origin: 'https://example.org'})).headers['access-control-allow-origin'], '*', path)
  assert.equal((await hub.get('/')).headers['access-control-allow-origin'], undefined)
})

test('what is wrong with a request is said in a problem document', async () => {
  const wrong = {
    '/api/v1/records?colour=blue': [400, /colour/], '/api/v1/records?limit=0': [400, /limit/], '/api/v1/records?limit=x': [400, /limit/],
    '/api/v1/records?kind=dragon': [400, /dragon/], '/api/v1/records?cursor=abc': [400, /cursor/], '/api/v1/search': [400, /q/],
    '/api/v1/search?q=-x': [400, /word/], '/api/v1/records?kind=policy&harm=privacy': [400, /harm/], '/api/v1/facets?kind=dragon': [400, /dragon/],
    '/api/v1/records/R-0000-0000': [404, /R-0000-0000/], '/api/v1/kinds/dragon': [404, /dragon/], '/api/v1/nothing': [404, /address/],
    '/api/v1/records?limit=1&limit=2': [400, /limit/], '/api/v1/search?q=x&page=601': [400, /page/],
  }
  for (const [path, [status, words]] of Object.entries(wrong)) {
    const answer = await hub.get(path)
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers['content-type'], 'application/problem+json', path)
    assert.match(answer.text, words, path)
    const body = JSON.parse(answer.text)
    assert.equal(body.status, status)
    assert.ok(body.title)
  }
})

test('methods that an address does not take are refused, and writing wants a token', async () => {
  assert.equal((await hub.request('/api/v1/records', {method: 'POST'})).status, 401)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await hub.request('/api/v1/search', {method})
    assert.equal(answer.status, 405, method)
    assert.match(answer.headers.allow, /GET, HEAD/)
  }
})

test('several values of one filter must all be there', async () => {
  const both = (await hub.json('/api/v1/records?kind=incident&harm=privacy&harm=rights&limit=200')).body.items
  for (const item of both) {
    const {body} = await hub.json(`/api/v1/records/${item.uid}`)
    assert.ok(['privacy', 'rights'].every((harm) => body.body.harm_types.includes(harm)))
  }
})

test('health answers and is kept by nobody', async () => {
  const answer = await hub.json('/api/v1/health')
  assert.equal(answer.body.status, 'ok')
  assert.equal(answer.headers['cache-control'], 'no-store')
})

test('the server ends in order when it is told to', async () => {
  const other = await startHub()
  const ended = await other.stop()
  assert.equal(ended.status, 0)
  assert.equal(other.errors, '')
})

test('what came from elsewhere without its date stands behind what has one, and has none', async () => {
  const advisory = (id, body) => ({kind: 'advisory', id, state: 'published', body: {title: id, ...body}})
  const other = await startHub({records: [advisory('dated', {published: '2019-05-06T07:08:09Z'}), advisory('undated', {}), advisory('old', {published: '2001-02-03T04:05:06Z'})]})
  try {
    const {items} = (await other.json('/api/v1/records?kind=advisory')).body
    assert.deepEqual(items.map((one) => [one.title, one.date]), [['dated', '2019-05-06'], ['old', '2001-02-03'], ['undated', undefined]])
  } finally {
    await other.stop()
  }
})
