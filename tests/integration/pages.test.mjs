// The pages that anybody may read, on a hub with the starter content.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub, starter, tags, unescaped} from './hub.mjs'

let hub
before(async () => (hub = await startHub({import: [starter]})))
after(async () => hub?.stop())

const PAGES = [
  '/', '/browse', '/browse/incidents', '/browse/systems', '/browse/incidents?harm=privacy', '/search', '/search?q=deepfake',
  '/search?q=nothing-of-that-name', '/search?q=%22', '/search?year=2023', '/search?kind=incident', '/cue', '/kinds', '/kinds/report',
  '/kinds/use', '/tables', '/tables/harm-tier', '/tables/harm-tier?severity=grave', '/tables/coordinator-triage', '/about', '/statistics', '/log', '/hubs', '/r/CUE-0026/log', '/releases', '/policies', '/policies?level=5&q=flaws', '/policies?q=nothing-of-that-name', '/policies/compare', '/policies/compare?id=policy:polder-default', '/r/CUE-0026', '/r/CUE-0026/history', '/no-such-page', '/r/no-such-record',
]

function checkPage(path, page) {
  assert.match(page.headers['content-type'], /^text\/html; charset=utf-8$/, path)
  assert.match(page.headers['content-security-policy'], /default-src 'none'/, path)
  assert.ok(!/unsafe/.test(page.headers['content-security-policy']), path)
  assert.equal(page.headers['x-content-type-options'], 'nosniff', path)
  const all = tags(page.text)
  const count = (name) => all.filter((tag) => tag.name === name).length
  assert.equal(count('h1'), 1, `${path}: one h1`)
  assert.equal(count('main'), 1, `${path}: one main`)
  assert.ok(all.some((tag) => tag.name === 'html' && tag.attributes.lang === 'en'), path)
  assert.ok(all.some((tag) => tag.attributes.href === '#main'), `${path}: skip link`)
  assert.ok(all.some((tag) => tag.name === 'input' && tag.attributes.name === 'q'), `${path}: a search box`)
  for (const tag of all) {
    assert.ok(!('style' in tag.attributes), `${path}: style on ${tag.name}`)
    assert.ok(!Object.keys(tag.attributes).some((name) => name.startsWith('on')), `${path}: handler on ${tag.name}`)
    if (tag.name === 'script') assert.match(tag.attributes.src ?? '', /^\/static\//, path)
    if (tag.name === 'input' && tag.attributes.type !== 'hidden')
      assert.ok(all.some((label) => label.name === 'label' && label.attributes.for === tag.attributes.id), `${path}: a label for each input`)
  }
  const ids = all.map((tag) => tag.attributes.id).filter(Boolean)
  assert.equal(new Set(ids).size, ids.length, `${path}: an id comes once`)
  const open = []
  for (const tag of page.text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (tag[3] || ['meta', 'link', 'input', 'br', 'hr', 'img', '!doctype'].includes(tag[2])) continue
    if (!tag[1]) open.push(tag[2])
    else assert.equal(open.pop(), tag[2], `${path}: </${tag[2]}> closes what is open`)
  }
  assert.deepEqual(open, [], `${path}: all elements are closed`)
}

test('every page is whole, labelled and without inline script or style', async () => {
  for (const path of PAGES) {
    const page = await hub.get(path)
    assert.equal(page.status, path.includes('no-such') ? 404 : 200, path)
    checkPage(path, page)
  }
})

test('what every page leads to is there', async () => {
  const links = tags((await hub.get('/')).text).filter((tag) => tag.name === 'a' && tag.attributes.href?.startsWith('/')).map((tag) => tag.attributes.href)
  assert.ok(links.includes('/statistics') && links.includes('/disputes') && links.includes('/policies'))
  for (const path of new Set([...links, '/statistics.csv'])) assert.equal((await hub.get(path)).status, 200, path)
})

test('the page of a kind says what ends a term without its being met, and which promises shorten it', async () => {
  const text = (await hub.get('/kinds/case')).text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  assert.match(text, /90 days, from “Coordinating” until “Published”\. To be kept by: Coordinator\. By tier of triage: high: 45 days, critical: 7 days\. Ends without being met in “Closed, Merged”/)
  assert.match(text, /A policy that promises a shorter time counts instead: a commitment that begins with publish, disclose\./)
})

test('no page is larger than 60 kB on the way', async () => {
  for (const path of PAGES) {
    const page = await hub.request(path, {headers: {'accept-encoding': 'gzip'}, raw: true})
    assert.ok(page.bytes.length < 60_000, `${path}: ${page.bytes.length} bytes`)
  }
})

test('a table of sentences names the column beside each cell, for screens that show it row by row', async () => {
  const all = tags((await hub.get('/kinds/lesson')).text)
  assert.ok(all.some((tag) => tag.attributes.class === 'table stack'))
  for (const label of ['Form', 'Read by', 'From', 'Who', 'Leads to'])
    assert.ok(all.some((tag) => tag.name === 'td' && tag.attributes['data-label'] === label), label)
})

test('a record without a date of its own shows none, whenever it came here', async () => {
  for (const released of [[], ['--set', 'released=2021-02-03']]) {
    const {id} = hub.polder('new', 'system', '--set', 'name=Zebrawood', '--set', 'type=model', ...released, '--json')
    hub.polder('move', id, 'publish')
    await new Promise((done) => setTimeout(done, 400))
    const line = (await hub.get('/search?q=zebrawood')).text.split('<li class="line">').find((one) => one.includes(id))
    assert.equal(/<time/.test(line), released.length > 0)
  }
})

test('a summary that begins the text or repeats the title is said once', async () => {
  const make = (...sets) => {
    const {id} = hub.polder('new', 'safeguard', ...sets.flatMap((one) => ['--set', one]), '--json')
    hub.polder('move', id, 'publish')
  }
  make('title=First', 'type=technical', 'summary=Quokkas guard it.', 'description=Quokkas guard it. They do so at night.')
  make('title=Numbats guard it', 'type=technical', 'summary=Numbats guard it', 'description=In another way.')
  await new Promise((done) => setTimeout(done, 400))
  const {body} = await hub.json('/api/v1/search?q=quokkas')
  assert.equal(body.items[0].snippet.match(/Quokkas/g).length, 1)
  const page = await hub.get('/browse/safeguards')
  assert.equal(page.text.match(/Numbats guard it/g).length, 1)
})

test('what is wrong with an address is said once', async () => {
  const {status, text} = await hub.get('/search?q=a&page=99')
  assert.equal(status, 400)
  assert.equal(text.match(/must be a whole number/g).length, 1)
})

test('years are told from the newest back, however many there are', async () => {
  const {year} = (await hub.json('/api/v1/facets?kind=incident')).body
  const values = year.values.map((one) => one.value)
  assert.deepEqual(values, [...values].sort().reverse())
  assert.equal(values[0], (await hub.json('/api/v1/records?kind=incident&limit=1')).body.items[0].date.slice(0, 4))
})

test('a walk over the links of the site finds no dead end', async () => {
  const seen = new Set(['/']), queue = ['/']
  for (let visited = 0; queue.length && visited < 700; visited++) {
    const path = queue.shift()
    const page = await hub.get(path)
    assert.ok(page.status < 400, `${path}: ${page.status}`)
    if (!/^text\/html/.test(page.headers['content-type'] ?? '')) continue
    checkPage(path, page)
    for (const tag of tags(page.text)) {
      const target = tag.attributes.href ?? tag.attributes.src
      if (!target || !target.startsWith('/') || target.startsWith('//')) continue
      const clean = target.replace(/#.*/, '')
      // Filters multiply without end; a few of each page do.
      if (seen.has(clean) || (clean.includes('&') && seen.size > 400)) continue
      seen.add(clean)
      queue.push(clean)
    }
  }
  assert.ok(seen.size > 300)
})

test('what anchors point at is there', async () => {
  for (const path of ['/r/CUE-0026', '/kinds/report', '/browse/incidents', '/search?q=fraud']) {
    const all = tags((await hub.get(path)).text)
    const ids = new Set(all.map((tag) => tag.attributes.id))
    for (const tag of all.filter((one) => one.attributes.href?.startsWith('#')))
      assert.ok(ids.has(tag.attributes.href.slice(1)), `${path}${tag.attributes.href}`)
  }
})

test('style sheet, script and icon are kept for ever under addresses that change with them', async () => {
  const all = tags((await hub.get('/')).text)
  const files = all.map((tag) => tag.attributes.href ?? tag.attributes.src).filter((url) => url?.startsWith('/static/'))
  assert.equal(files.length, 3)
  for (const file of files) {
    const answer = await hub.get(file)
    assert.equal(answer.status, 200)
    assert.match(answer.headers['cache-control'], /immutable/)
    assert.match(file, /\.[0-9a-f]{16}\./)
    assert.equal((await hub.get(file.replace(/\.[0-9a-f]{16}\./, '.0000000000000000.'))).status, 404)
  }
})

test('the home page counts records of each kind and shows incidents by year, also as a table', async () => {
  const {text} = await hub.get('/')
  const {body} = await hub.json('/api/v1/facets')
  for (const {value, label, count} of body.kind.values)
    assert.match(text, new RegExp(`${count.toLocaleString('en', {useGrouping: count > 9999})}</strong> <span>${label}`), value)
  assert.match(text, /<svg viewBox/)
  assert.match(text, /<tr><td><a href="\/browse\/incidents\?year=\d{4}">\d{4}<\/a><\/td><td class="n">\d+<\/td><\/tr>/)
})

test('a filter narrows a list, stands above it and can be taken away', async () => {
  const all = await hub.get('/browse/incidents')
  const filter = tags(all.text).find((tag) => tag.attributes.href?.startsWith('/browse/incidents?harm='))
  assert.ok(filter)
  const narrowed = await hub.get(filter.attributes.href)
  const hits = (text) => (text.match(/class="line-title"/g) ?? []).length
  assert.ok(hits(narrowed.text) > 0 && hits(narrowed.text) <= hits(all.text))
  const chip = tags(narrowed.text).find((tag) => tag.attributes.class === 'chip-remove')
  assert.equal(chip.attributes.href, '/browse/incidents')
})

test('a filter that the kind does not have is refused in words', async () => {
  const page = await hub.get('/browse/policies?harm=privacy')
  assert.equal(page.status, 400)
  assert.match(page.text, /is no filter of Policies/)
})

test('paging through a list shows each record once', async () => {
  const seen = new Set()
  let pages = 0
  for (let path = '/browse/uses'; path; pages++) {
    const {text} = await hub.get(path)
    for (const line of text.matchAll(/class="line-title"><a href="([^"]+)"/g)) {
      assert.ok(!seen.has(line[1]), line[1])
      seen.add(line[1])
    }
    const next = tags(text).find((tag) => tag.name === 'a' && tag.attributes.rel === 'next')
    path = next?.attributes.href
  }
  const {body} = await hub.json('/api/v1/kinds/use')
  assert.equal(seen.size, body.count)
  assert.ok(pages > 1)
})

test('a search marks what was found and leads to narrower ones', async () => {
  const {text} = await hub.get('/search?q=deepfake')
  assert.match(text, /<mark>[Dd]eepfakes?<\/mark>/)
  const kind = tags(text).find((tag) => tag.attributes.href === '/search?q=deepfake&kind=incident')
  assert.ok(kind)
  const narrowed = await hub.get('/search?q=deepfake&kind=incident')
  assert.ok(!/class="kind">(?!Incident)/.test(narrowed.text))
})

test('a search that finds nothing says what to try', async () => {
  const {text} = await hub.get('/search?q=zzzqqq&kind=incident')
  assert.match(text, /Nothing was found/)
  assert.match(text, /href="\/search\?q=zzzqqq">Search again without filters/)
})

test('an identifier typed into the search box comes first', async () => {
  const {text} = await hub.get('/search?q=CUE-0026')
  assert.equal(text.match(/class="line-title"><a href="([^"]+)"/)[1], '/r/CUE-0026')
})

test('a query that is refused is told beside the search box', async () => {
  const {status, text} = await hub.get('/search?q=-only')
  assert.equal(status, 200)
  assert.match(text, /role="alert"/)
  assert.match(text, /value="-only"/)
})

test('the tree holds each entry once, below its broader one', async () => {
  const {text} = await hub.get('/cue')
  const entries = [...text.matchAll(/class="tree-title" href="([^"]+)"/g)].map((one) => one[1])
  assert.equal(new Set(entries).size, entries.length)
  assert.equal(String(entries.length), text.match(/aria-current="page"[^>]*>CUE <span class="n">(\d+)/)?.[1] ?? String(entries.length))
  const {body} = await hub.json('/api/v1/records/CUE-0028')
  const broader = body.links.find((group) => group.rel === 'broader' && group.direction === 'out').items[0].id
  assert.ok(text.indexOf(`href="/r/${broader}"`) < text.indexOf('href="/r/CUE-0028"'))
  assert.equal((await hub.get('/cue?scheme=nonsense')).status, 404)
})

test('the page of a kind tells of every field, state and move', async () => {
  const {text} = await hub.get('/kinds/incident')
  const words = unescaped(text)
  const schema = (await hub.json('/api/v1/kinds/incident/schema')).body
  for (const [name, field] of Object.entries(schema.properties)) {
    assert.ok(words.includes(`<code>${name}</code>`), name)
    if (field.description) assert.ok(words.includes(field.description), name)
  }
  const kind = (await hub.json('/api/v1/kinds/incident')).body
  for (const state of kind.states) assert.ok(words.includes(state.title), state.name)
  for (const move of kind.moves) assert.ok(words.includes(move.title), move.name)
})

test('an address with a slash at its end leads to the one without', async () => {
  const answer = await hub.get('/browse/')
  assert.equal(answer.status, 308)
  assert.equal(answer.headers.location, '/browse')
})

test('a page takes GET, HEAD and OPTIONS and nothing else', async () => {
  const head = await hub.request('/', {method: 'HEAD'})
  assert.equal(head.status, 200)
  assert.equal(head.bytes.length, 0)
  assert.ok(Number(head.headers['content-length']) > 1000)
  const post = await hub.request('/', {method: 'POST'})
  assert.equal(post.status, 405)
  assert.match(post.headers.allow, /GET/)
})

test('a page that the browser has already is not sent again', async () => {
  const first = await hub.get('/r/CUE-0026')
  const again = await hub.get('/r/CUE-0026', {'if-none-match': first.headers.etag})
  assert.equal(again.status, 304)
  assert.equal(again.bytes.length, 0)
  assert.equal(again.headers.etag, first.headers.etag)
})

test('parameters that trackers add do no harm', async () => {
  assert.equal((await hub.get('/?utm_source=x')).status, 200)
})
