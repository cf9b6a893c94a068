// Feeds, the site map and the files that programs look for at agreed addresses. XML is read by xmllint (libxml2-utils).
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, source, startHub, starter, tags, unescaped} from './hub.mjs'

const address = 'https://hub.example.org'
// What JSON may hold and XML may not, and what would end a text too early.
const hostile = `A <b>"title"</b> & 'more' ]]> <!-- \u0001 \ufffe é 😀`
const secret = 'zqhiddenz'

const incident = (n, body = {}, links = []) => ({
  kind: 'incident', id: `feed:incident-${n}`, state: 'published', links,
  body: {title: `Incident number ${n}`, date: `20${10 + (n % 10)}-03-04`, summary: `Zebra crossing ${n}.`, harm_types: [n % 2 ? 'privacy' : 'physical'], ...body}})

let hub
before(async () => {
  const records = [
    {kind: 'organization', id: 'feed:org', state: 'published', body: {name: 'Example maker', type: 'company'}},
    {kind: 'organization', id: 'feed:other', state: 'published', body: {name: 'Another maker', type: 'company'}},
    {kind: 'system', id: 'feed:system', state: 'published', body: {name: 'Example model', type: 'model'}, links: [{rel: 'developed-by', to: 'feed:org'}]},
    ...Array.from({length: 70}, (_, i) => incident(i, {}, i % 7 === 0 ? [{rel: 'developer', to: 'feed:org'}, {rel: 'affects', to: 'feed:system'}] : [])),
    incident(70, {title: hostile, summary: hostile}),
    {kind: 'report', id: 'feed:report', state: 'published', body: {title: 'A report'}, links: [{rel: 'harmed', to: 'feed:other'}]},
  ]
  hub = await startHub({records, conf: `[hub]\nurl = ${address}/\ncontact = security@hub.example.org`})
})
after(async () => hub?.stop())

const xmllint = (text, ...args) => {
  const r = spawnSync('xmllint', [...args, '-'], {input: text, encoding: 'utf8'})
  if (r.error) throw r.error
  assert.equal(r.status, 0, `${r.stderr}\n${text.slice(0, 400)}`)
  return r.stdout
}
const checkAtom = (text) => xmllint(text, '--noout', '--relaxng', join(source, 'tests', 'integration', 'atom.rng'))
const xpath = (text, path) => xmllint(text, '--xpath', path).replace(/\n$/, '')
const entries = (text) =>
  [...text.matchAll(/<entry>([\s\S]*?)<\/entry>/g)].map(([, entry]) => ({
    id: entry.match(/<id>([^<]*)</)[1], title: entry.match(/<title>([^<]*)</)[1], updated: entry.match(/<updated>([^<]*)</)[1],
    published: entry.match(/<published>([^<]*)</)[1], url: entry.match(/type="text\/html" href="([^"]*)"/)[1]}))
const local = (url) => unescaped(url).replace(address, '')
const next = (answer) => answer.headers.link?.match(/<([^>]*)>; rel="next"/)?.[1]
async function whole(path) {
  const all = []
  for (let pages = 0; path && pages < 50; pages++) {
    const answer = await hub.get(path)
    assert.equal(answer.status, 200, path)
    checkAtom(answer.text)
    all.push(...entries(answer.text))
    const inside = answer.text.match(/<link rel="next"[^>]*href="([^"]*)"/)?.[1]
    assert.equal(inside && local(inside), next(answer), 'the header and the feed name the same next page')
    path = next(answer)
  }
  return all
}

test('a feed holds everything that is public, once, the last change first', async () => {
  const all = await whole('/feed.atom')
  const {body} = await hub.json('/api/v1/facets')
  assert.equal(all.length, body.kind.values.reduce((sum, {count}) => sum + count, 0))
  assert.equal(new Set(all.map(({id}) => id)).size, all.length)
  const times = all.map(({updated}) => Date.parse(updated))
  assert.deepEqual(times, [...times].sort((a, b) => b - a))
  for (const {id, url} of all) {
    assert.match(id, /^urn:polder:R-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.ok(url.startsWith(`${address}/r/`), url)
  }
})

test('a feed keeps its ETag and is answered by 304 until something public changes', async () => {
  const first = await hub.get('/feed.atom')
  assert.match(first.headers['content-type'], /^application\/atom\+xml/)
  assert.match(first.headers['cache-control'], /public/)
  const newest = Date.parse(entries(first.text)[0].updated)
  assert.equal(Date.parse(first.headers['last-modified']), Math.floor(newest / 1000) * 1000)
  assert.equal((await hub.get('/feed.atom', {'if-none-match': first.headers.etag})).status, 304)
  assert.equal((await hub.get('/feed.atom', {'if-modified-since': first.headers['last-modified']})).status, 304)
  assert.equal((await hub.get('/feed.atom', {cookie: 'a=b', 'if-none-match': first.headers.etag})).status, 304)

  // A change that nobody may see leaves no trace.
  const {id} = hub.polder('new', 'incident', '--set', `title=${secret}`, '--set', 'date=2024', '--json')
  hub.polder('edit', id, '--set', `summary=${secret}`)
  hub.polder('edit', 'feed:incident-2', '--set', `description=${secret}`, '--visibility', '{"/description": ["coordinators"]}')
  await new Promise((done) => setTimeout(done, 300))
  assert.equal((await hub.get('/feed.atom', {'if-none-match': first.headers.etag})).status, 304)

  hub.polder('edit', 'feed:incident-1', '--set', 'title=Incident with another title')
  await eventually(async () => entries((await hub.get('/feed.atom')).text)[0].title === 'Incident with another title', 'what changed stands first')
  const changed = await hub.get('/feed.atom', {'if-none-match': first.headers.etag})
  assert.equal(changed.status, 200)
  const [entry] = entries(changed.text)
  assert.ok(entry.updated > entry.published)
})

test('each kind has a feed that its facets narrow', async () => {
  assert.equal((await whole('/browse/incidents/feed.atom')).length, 71)
  const odd = await whole('/browse/incidents/feed.atom?harm=privacy')
  assert.equal(odd.length, 35)
  const both = await whole('/browse/incidents/feed.atom?harm=privacy&year=2011')
  const list = await hub.json('/api/v1/records?kind=incident&harm=privacy&year=2011&limit=200')
  assert.deepEqual(both.map(({url}) => url).sort(), list.body.items.map(({url}) => url).sort())
  assert.equal((await hub.get('/browse/incidents/feed.atom?sort=x')).status, 400)
  assert.equal((await hub.get('/browse/incidents/feed.atom?cursor=abc')).status, 400)
  assert.equal((await hub.get('/browse/nothing/feed.atom')).status, 404)
  const empty = await hub.get('/browse/incidents/feed.atom?year=1950')
  checkAtom(empty.text)
  assert.equal(entries(empty.text).length, 0)
})

test('a search has a feed of its hits, the last change first', async () => {
  const hits = await whole('/search/feed.atom?q=zebra')
  assert.equal(hits.length, 70)
  const times = hits.map(({updated}) => Date.parse(updated))
  assert.deepEqual(times, [...times].sort((a, b) => b - a))
  assert.equal((await whole('/search/feed.atom?q=zebra&harm=privacy')).length, 35)
  assert.equal((await whole('/search/feed.atom?kind=system')).length, 1)
  assert.equal((await hub.get('/search/feed.atom?q=%22')).status, 400)
})

test('an organization and a system have feeds of what concerns them, themselves included', async () => {
  const {body} = await hub.json('/api/v1/search?q=example+maker')
  const org = await whole(`/r/${body.items[0].id}/feed.atom`)
  assert.equal(org.length, 12, 'ten incidents, a system and itself')
  assert.ok(org.some(({title}) => title === 'Example maker'))
  assert.ok(org.some(({title}) => title === 'Example model'))
  const system = await hub.json('/api/v1/search?q=example+model')
  assert.equal((await whole(`/r/${system.body.items[0].id}/feed.atom`)).length, 11)
  // By another name it leads to the right one; other kinds have none.
  assert.equal((await hub.get('/r/feed:org/feed.json')).headers.location, `/r/${body.items[0].id}/feed.json`)
  const [one] = await whole('/search/feed.atom?q=zebra&year=2012')
  assert.equal((await hub.get(`${local(one.url)}/feed.atom`)).status, 404)
})

test('a relation that the public may not see is no reason to stand in a feed', async () => {
  const {body} = await hub.json('/api/v1/search?q=another+maker')
  const other = await whole(`/r/${body.items[0].id}/feed.atom`)
  assert.deepEqual(other.map(({title}) => title), ['Another maker'])
})

test('hostile text comes through XML as what it is, without what XML forbids', async () => {
  const {text} = await hub.get('/browse/incidents/feed.atom?cursor=')
  const all = (await whole('/browse/incidents/feed.atom')).map(({title}) => title)
  const title = all.find((one) => one.includes('more'))
  assert.equal(unescaped(title), hostile.replace('\u0001', '\ufffd').replace('\ufffe', '\ufffd'))
  assert.ok(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))
})

test('JSON Feed 1.1 says the same', async () => {
  const seen = []
  let path = '/browse/incidents/feed.json?harm=privacy'
  while (path) {
    const {body, headers} = await hub.json(path)
    assert.match(headers['content-type'], /^application\/feed\+json/)
    assert.equal(body.version, 'https://jsonfeed.org/version/1.1')
    assert.equal(body.feed_url, address + path)
    assert.equal(body.home_page_url, `${address}/browse/incidents?harm=privacy`)
    assert.ok(body.title && body.language === 'en' && body.authors[0].name)
    for (const item of body.items) {
      assert.ok(item.id.startsWith('urn:polder:R-') && item.url.startsWith(address) && item.title && item.content_text)
      assert.ok(Date.parse(item.date_published) <= Date.parse(item.date_modified))
      seen.push(item.id)
    }
    path = body.next_url?.replace(address, '')
  }
  assert.deepEqual(seen, (await whole('/browse/incidents/feed.atom?harm=privacy')).map(({id}) => id))
})

test('pages name their feeds, and show them', async () => {
  const {body} = await hub.json('/api/v1/search?q=example+maker')
  const org = `/r/${body.items[0].id}`
  for (const [page, feed] of [
    ['/', '/feed.atom'], ['/browse/incidents', '/browse/incidents/feed.atom'], ['/browse/incidents?harm=privacy', '/browse/incidents/feed.atom?harm=privacy'],
    ['/search?q=zebra&kind=incident', '/search/feed.atom?q=zebra&kind=incident'], [org, `${org}/feed.atom`],
  ]) {
    const all = tags((await hub.get(page)).text)
    const links = all.filter((tag) => tag.name === 'link' && tag.attributes.rel === 'alternate')
    const of = (type) => links.find((tag) => tag.attributes.type === type)?.attributes
    assert.equal(of('application/atom+xml')?.href, feed, page)
    assert.equal(of('application/feed+json')?.href, feed.replace('.atom', '.json'), page)
    assert.ok(of('application/atom+xml').title, page)
    assert.ok(all.some((tag) => tag.name === 'a' && tag.attributes.href === feed), `${page}: a visible link`)
    assert.equal((await hub.get(feed)).status, 200)
  }
})

test('the site map names every public record once, in parts', async () => {
  const index = (await hub.get('/sitemap.xml')).text
  assert.equal(xpath(index, 'local-name(/*)'), 'sitemapindex')
  const locations = (text) => [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, one]) => unescaped(one))
  const parts = locations(index)
  assert.deepEqual(parts, [`${address}/sitemap/pages.xml`, `${address}/sitemap/1.xml`])
  const pages = (await hub.get('/sitemap/pages.xml')).text, records = (await hub.get('/sitemap/1.xml')).text
  for (const text of [pages, records]) {
    assert.equal(xpath(text, 'namespace-uri(/*)'), 'http://www.sitemaps.org/schemas/sitemap/0.9')
    assert.equal(xpath(text, 'count(/*/*[not(*[local-name()="loc"])])'), '0')
  }
  assert.deepEqual(locations(records).sort(), (await whole('/feed.atom')).map(({url}) => url).sort())
  for (const date of records.matchAll(/<lastmod>([^<]*)</g)) assert.match(date[1], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  for (const url of locations(pages)) assert.equal((await hub.get(local(url))).status, 200, url)
  assert.equal((await hub.get('/sitemap/2.xml')).status, 404)
  assert.equal((await hub.get('/sitemap/0.xml')).status, 400)
})

test('robots.txt points at the site map, and security.txt at the hub\'s contact', async () => {
  const robots = (await hub.get('/robots.txt')).text
  assert.match(robots, /^User-agent: \*\nDisallow: \/search\?\nDisallow: \/api\/\n/)
  assert.match(robots, new RegExp(`\nSitemap: ${address}/sitemap.xml\n$`))
  assert.doesNotMatch(robots, /Disallow: \/(r\/|browse)?\n/)
  const security = await hub.get('/.well-known/security.txt')
  assert.match(security.headers['content-type'], /^text\/plain; charset=utf-8/)
  const fields = Object.fromEntries(security.text.trim().split('\n').map((line) => line.split(/: (.*)/)))
  assert.equal(fields.Contact, 'mailto:security@hub.example.org')
  assert.equal(fields.Canonical, `${address}/.well-known/security.txt`)
  const days = (Date.parse(fields.Expires) - Date.now()) / 86_400_000
  assert.ok(days > 30 && days < 366, fields.Expires)
})

test('browsers learn how to search the hub', async () => {
  const {text, headers} = await hub.get('/opensearch.xml')
  assert.match(headers['content-type'], /^application\/opensearchdescription\+xml/)
  assert.equal(xpath(text, 'string(/*/*[local-name()="Url"][1]/@template)'), `${address}/search?q={searchTerms}`)
  assert.ok(xpath(text, 'string(/*/*[local-name()="ShortName"])').length <= 16)
  assert.ok(tags((await hub.get('/about')).text).some((tag) => tag.attributes.rel === 'search' && tag.attributes.href === '/opensearch.xml'))
})

test('a hub without an address answers with the host that was asked, and nobody keeps it for another', async () => {
  const bare = await startHub({import: [starter], records: null})
  try {
    for (const path of ['/feed.atom', '/feed.json', '/sitemap.xml', '/opensearch.xml', '/r/CUE-0026.jsonld', '/r/CUE-0026.bib']) {
      const one = await bare.get(path, {host: 'one.example:8080'}), two = await bare.get(path, {host: 'two.example'})
      assert.ok(one.text.includes('http://one.example:8080/') && !one.text.includes('two.example'), path)
      assert.ok(two.text.includes('http://two.example/') && !two.text.includes('one.example'), path)
      assert.match(one.headers['cache-control'], /private/, path)
      assert.equal((await bare.get(path, {host: 'one.example:8080', 'if-none-match': one.headers.etag})).status, 304, path)
    }
    assert.doesNotMatch((await bare.get('/robots.txt')).text, /Sitemap/)
    assert.equal((await bare.get('/.well-known/security.txt')).status, 404)
  } finally {
    await bare.stop()
  }
})

test('the only policy of a hub, or the one that polder.conf names, stands in security.txt', async () => {
  const one = await startHub({import: [join(starter, 'policies')], conf: `[hub]\nurl = ${address}\ncontact = https://hub.example.org/report`})
  try {
    const {body} = await one.json('/api/v1/records?kind=policy')
    const {text} = await one.get('/.well-known/security.txt')
    assert.match(text, /^Contact: https:\/\/hub\.example\.org\/report\n/)
    assert.ok(text.includes(`\nPolicy: ${body.items[0].url}\n`), text)
  } finally {
    await one.stop()
  }
})

test('what is not public is in none of them', async () => {
  for (const path of [
    '/feed.atom', '/feed.json', '/browse/incidents/feed.atom', '/browse/incidents/feed.json', `/search/feed.atom?q=${secret}`, `/search/feed.json?q=incident`,
    '/sitemap.xml', '/sitemap/1.xml', '/r/feed:incident-2.jsonld', '/r/feed:incident-2.bib', '/r/feed:incident-2.csl.json', '/charts/by-year.json',
  ]) {
    let answer = await hub.get(path)
    if (answer.status === 301) answer = await hub.get(answer.headers.location)
    assert.equal(answer.status, 200, path)
    assert.ok(!answer.text.replaceAll(`q=${secret}`, '').replaceAll(`Search: ${secret}`, '').includes(secret), path)
  }
})
