// What others take from a record's page and from the charts: structured data, citations, numbers; and that pages stay light.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub, starter, tags, unescaped} from './hub.mjs'

const address = 'https://hub.example.org'
const hostile = 'A {braced} 100% "title" & <b>more</b> \\ $x_1^2~#'
const secret = 'zqhiddenz'
const prose = (bytes) => {
  // Words that do not repeat, so that they shrink as little as text can.
  let seed = 7, out = ''
  while (out.length < bytes) {
    seed = (seed * 1103515245 + 12345) % 2147483648
    out += seed.toString(36) + ((seed >> 8) % 9 ? ' ' : '.\n\n')
  }
  return out.slice(0, bytes)
}

let hub, ids
before(async () => {
  const link = (rel, to) => ({rel, to})
  const records = [
    {kind: 'organization', id: 're:org', state: 'published', body: {name: 'Zzyzx maker', type: 'company', legal_name: 'Zzyzx maker Ltd', founded: '2001', website: 'https://maker.example.org/'}},
    {kind: 'organization', id: 're:hidden-org', state: 'published', body: {name: 'Zzyzx harmed', type: 'company'}},
    {kind: 'system', id: 're:set', state: 'published', body: {name: 'Zzyzx set', type: 'dataset'}, links: [link('developed-by', 're:org')]},
    {kind: 'system', id: 're:model', state: 'published', body: {name: 'Zzyzx model', type: 'model', version: '3'}, links: [link('trained-on', 're:set')]},
    ...[2019, 2021, 2021, 2022].map((year, i) => ({
      kind: 'incident', id: `re:incident-${i}`, state: 'published', links: [link('affects', 're:model'), link(i ? 'developer' : 'harmed', 're:org')],
      body: {title: i ? `Zzyzx incident ${i}` : hostile, date: `${year}-05-06`, summary: 'In short.', description: 'At length.', tags: ['one', 'two'], references: [{url: 'https://example.org/source', title: 'A source'}]}})),
    {kind: 'report', id: 're:report', state: 'published', body: {title: 'Zzyzx report', reported: '2020-02-03'}, links: [link('affects', 're:model'), link('harmed', 're:hidden-org')]},
    {kind: 'report', id: 're:undated', state: 'published', body: {title: 'Zzyzx undated report'}, links: [link('affects', 're:model')]},
    {kind: 'incident', id: 're:bib', state: 'published', body: {title: 'Zzyzx called as a form is', date: '2020', aliases: ['re:other.bib']}},
    {kind: 'incident', id: 're:long', state: 'published', body: {
      title: 'Zzyzx long', date: '2020', description: prose(390_000), editor_notes: prose(20_000),
      references: Array.from({length: 200}, (_, i) => ({url: `https://example.org/${i}/${prose(60).replace(/\W/g, '')}`, title: prose(400), summary: prose(2000)})),
      timeline: Array.from({length: 100}, () => ({date: '2020-01-01', text: prose(2000)}))}},
  ]
  hub = await startHub({import: [starter], records, conf: `[hub]\nurl = ${address}`})
  const found = await hub.json('/api/v1/search?q=zzyzx&limit=100')
  ids = Object.fromEntries(found.body.items.map((item) => [item.title, item.id]))
  const titled = await hub.json('/api/v1/search?q=braced')
  ids[hostile] = titled.body.items[0].id
})
after(async () => hub?.stop())

const gzipped = (path) => hub.request(path, {headers: {'accept-encoding': 'gzip'}, raw: true})

/* ---- structured data ---- */

test('a record is linked data in the words of schema.org', async () => {
  const {body, headers} = await hub.json(`/r/${ids['Zzyzx incident 1']}.jsonld`)
  assert.match(headers['content-type'], /^application\/ld\+json/)
  assert.equal(body['@context'], 'https://schema.org')
  assert.equal(body['@type'], 'Report')
  assert.equal(body['@id'], `${address}/r/${ids['Zzyzx incident 1']}`)
  assert.equal(body.headline, 'Zzyzx incident 1')
  assert.equal(body.temporalCoverage, '2021-05-06')
  assert.deepEqual(body.keywords, ['one', 'two'])
  assert.deepEqual(body.citation, [{'@type': 'CreativeWork', name: 'A source', url: 'https://example.org/source'}])
  assert.equal(body.publisher.name, 'Test hub')
  assert.deepEqual(body.about.map((one) => one.name), ['Zzyzx model'])
  assert.deepEqual(body.mentions.map((one) => one['@type']), ['Organization'])
  for (const key of ['datePublished', 'dateModified']) assert.ok(Date.parse(body[key]))
  const of = async (title) => (await hub.json(`/r/${ids[title]}.jsonld`)).body
  const org = await of('Zzyzx maker'), set = await of('Zzyzx set'), model = await of('Zzyzx model')
  assert.deepEqual([org['@type'], org.legalName, org.foundingDate, org.sameAs], ['Organization', 'Zzyzx maker Ltd', '2001', 'https://maker.example.org/'])
  assert.deepEqual([set['@type'], set.creator[0].name], ['Dataset', 'Zzyzx maker'])
  assert.deepEqual([model['@type'], model.version, model.isBasedOn[0].name], ['SoftwareApplication', '3', 'Zzyzx set'])
  const use = (await hub.json('/r/CUE-0026.jsonld')).body
  assert.deepEqual([use['@type'], use.termCode, use.inDefinedTermSet.name], ['DefinedTerm', 'CUE-0026', 'CUE'])
})

test('the page of a record says the same as microdata, and what previews want', async () => {
  const pages = {'Zzyzx incident 1': ['Report', 'headline'], 'Zzyzx maker': ['Organization', 'name'], 'Zzyzx set': ['Dataset', 'name'], 'Zzyzx model': ['SoftwareApplication', 'name']}
  for (const [title, [type, property]] of Object.entries(pages)) {
    const {text} = await hub.get(`/r/${ids[title]}`)
    const all = tags(text)
    assert.ok(all.some((tag) => tag.name === 'article' && 'itemscope' in tag.attributes && tag.attributes.itemtype === `https://schema.org/${type}`), title)
    assert.match(text, new RegExp(`<h1 class="short" itemprop="${property}">${title}</h1>`))
    const meta = Object.fromEntries(all.filter((tag) => tag.attributes.property).map((tag) => [tag.attributes.property, tag.attributes.content]))
    assert.equal(meta['og:title'], title)
    assert.equal(meta['og:type'], 'article')
    assert.equal(meta['og:url'], `${address}/r/${ids[title]}`)
    const alternates = all.filter((tag) => tag.name === 'link' && tag.attributes.rel === 'alternate').map((tag) => tag.attributes.type)
    assert.ok(alternates.includes('application/ld+json') && alternates.includes('application/json'))
    assert.ok(all.some((tag) => tag.attributes.href === `/r/${ids[title]}.bib`))
  }
  assert.equal(tags((await hub.get('/')).text).find((tag) => tag.attributes.property === 'og:type').attributes.content, 'website')
})

test('how to cite it, for programs', async () => {
  const {text} = await hub.get(`/r/${ids[hostile]}.bib`)
  assert.match(text, /^@misc\{[A-Za-z0-9.-]+,\n/)
  assert.equal([...text].filter((c) => c === '{').length, [...text].filter((c) => c === '}').length)
  assert.ok(text.includes('title = {{A {\\textbraceleft}braced{\\textbraceright} 100\\% "title" \\& <b>more</b> {\\textbackslash} \\$x\\_1{\\textasciicircum}2{\\textasciitilde}\\#}}'), text)
  assert.match(text, /url = \{https:\/\/hub\.example\.org\/r\/[^}]+\}/)
  const {body, headers} = await hub.json(`/r/${ids[hostile]}.csl.json`)
  assert.match(headers['content-type'], /^application\/vnd\.citationstyles\.csl\+json/)
  assert.deepEqual([body.length, body[0].type, body[0].title, body[0].URL], [1, 'report', hostile, `${address}/r/${ids[hostile]}`])
  assert.equal(body[0].issued['date-parts'][0].length, 3)
})

test('other names lead to the same forms, and hidden records have none', async () => {
  const uid = (await hub.json('/api/v1/records/CUE-0026')).body.uid
  for (const ending of ['.bib', '.csl.json', '.jsonld']) {
    assert.equal((await hub.get(`/r/${uid}${ending}`)).headers.location, `/r/CUE-0026${ending}`)
    assert.equal((await hub.get(`/r/R-0000-0000${ending}`)).status, 404)
  }
  const {id} = hub.polder('new', 'organization', '--set', `name=${secret}`, '--json')
  for (const form of ['.bib', '.csl.json', '.jsonld', '/feed.atom', '/feed.json', '']) assert.equal((await hub.get(`/r/${id}${form}`)).status, 404, form)
})

/* ---- charts ---- */

const csv = (text) => text.trim().split('\r\n').map((line) => line.split(','))

test('a chart, its table, its CSV and its JSON say the same', async () => {
  // A use that incidents of several years are tied to.
  const uses = (await hub.json('/api/v1/facets?kind=incident')).body.use.values
  const years = async ({value}) => (await hub.json(`/charts/by-year.json?use=${value}`)).body.years.length
  let use
  for (const one of uses) if (!use && (await years(one)) > 2) use = (await hub.json(`/api/v1/records/${one.value}`)).body.id
  for (const [page, query] of [['/', 'kind=incident'], ['/browse/incidents', 'kind=incident'], ['/browse/incidents?harm=privacy', 'kind=incident&harm=privacy'],
    [`/r/${use}`, `use=${use}`], [`/r/${ids['Zzyzx maker']}`, `organization=${ids['Zzyzx maker']}`]]) {
    const {text} = await hub.get(page)
    const figure = [...text.matchAll(/<figure class="chart">[\s\S]*?<\/figure>/g)].map(([one]) => one)
      .find((one) => unescaped(one).includes(`/charts/by-year.csv${query ? '?' + query : ''}"`))
    assert.ok(figure, `${page}: ${query}`)
    const sheet = await hub.get(`/charts/by-year.csv?${query}`)
    assert.match(sheet.headers['content-type'], /^text\/csv; charset=utf-8/)
    const [head, ...rows] = csv(sheet.text)
    const {body} = await hub.json(`/charts/by-year.json?${query}`)
    assert.deepEqual(head, ['Year', ...body.series.map(({title}) => title)])
    assert.deepEqual(rows.map((row) => row.map(Number)), body.years.map(({year, counts}) => [year, ...counts]))
    const table = [...figure.matchAll(/<tr><td><a href="[^"]*">(\d+)<\/a><\/td>((?:<td class="n">\d+<\/td>)+)<\/tr>/g)]
      .map(([, year, cells]) => [Number(year), ...[...cells.matchAll(/>(\d+)</g)].map(([, n]) => Number(n))])
    assert.deepEqual(table.reverse(), rows.map((row) => row.map(Number)), page)
    for (const {counts, total} of body.years) assert.equal(counts.reduce((a, b) => a + b, 0), total)
    // What a column stands for is where it leads.
    const url = unescaped(figure.match(/<tr><td><a href="([^"]*)">/)[1])
    const list = await hub.get(url)
    assert.equal(list.status, 200)
  }
})

test('years are counted of what has a date, and narrowed as the list is', async () => {
  const {body} = await hub.json(`/charts/by-year.json?system=${ids['Zzyzx model']}`)
  assert.deepEqual(body.series.map(({kind}) => kind), ['incident', 'report'])
  assert.deepEqual(body.years, [
    {year: 2019, counts: [1, 0], total: 1}, {year: 2020, counts: [0, 1], total: 1}, {year: 2021, counts: [2, 0], total: 2}, {year: 2022, counts: [1, 0], total: 1}])
  assert.equal(body.undated, 1)
  const two = await hub.json(`/charts/by-year.json?system=${ids['Zzyzx model']}&organization=${ids['Zzyzx maker']}`)
  assert.equal(two.body.years.reduce((sum, {total}) => sum + total, 0), 4)
  assert.equal((await hub.get('/charts/by-year.csv?kind=nothing')).status, 400)
  assert.equal((await hub.get('/charts/by-year.csv?kind=incident&domain2=x')).status, 200)
  const empty = await hub.get('/charts/by-year.csv?kind=incident&year=1950&harm=nothing')
  assert.equal(empty.text, 'Year\r\n')
})

test('a chart is drawn for both widths, named and described, in parts that stand inside of it', async () => {
  const {text} = await hub.get('/browse/incidents?year=2021')
  const ids = new Set(tags(text).map((tag) => tag.attributes.id))
  const drawings = [...text.matchAll(/<svg class="(wide|narrow)" viewBox="0 0 (\d+) (\d+)" role="group" aria-labelledby="([^"]*)" aria-describedby="([^"]*)">([\s\S]*?)<\/svg>/g)]
  assert.deepEqual(drawings.map((one) => one[1]), ['wide', 'narrow'])
  for (const [, , width, height, title, description, inside] of drawings) {
    assert.ok(ids.has(title) && ids.has(description))
    assert.match(inside, /<title[^>]*>Incidents by year<\/title>\s*<desc[^>]*>\d+ from \d{4} to \d{4}, most of them in \d{4}: \d+\.<\/desc>/)
    let bars = 0
    for (const [, x, y, w, h] of inside.matchAll(/<rect class="s0 \w+" x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="(\d+)"/g)) {
      bars++
      assert.ok(+x >= 0 && +y >= 0 && +x + +w <= +width && +y + +h <= +height)
      assert.ok(+w > 0 && +h > 0)
    }
    assert.ok(bars > 5)
    // The year that the page shows is marked, and leads back to all.
    const here = inside.match(/<a href="([^"]*)"><title>2021[^<]*<\/title><rect class="s0 here"/)
    assert.equal(here[1], '/browse/incidents')
    assert.ok(!inside.includes('style='))
  }
})

/* ---- what concerns a record ---- */

test('the page of an organization says what concerns it, in which part, newest first', async () => {
  const {text} = await hub.get(`/r/${ids['Zzyzx maker']}`)
  const part = text.match(/<section class="part" id="concerns">[\s\S]*?<\/section>/)[0]
  const items = [...part.matchAll(/<span class="role">([^<]*)<\/span>\s*<a href="[^"]*">([^<]*)<\/a>/g)].map(([, role, title]) => [role, unescaped(title)])
  assert.deepEqual(items.map(([role]) => role), ['Developer in', 'Developer in', 'Developer in', 'Harmed in'])
  assert.equal(items[0][1], 'Zzyzx incident 3')
  assert.equal(items[3][1], hostile)
  assert.ok(part.includes(`<a href="/browse/incidents?organization=${ids['Zzyzx maker']}"><strong>4</strong> Incidents</a>`))
  assert.match(text, /<section class="part" id="timeline">[\s\S]*Published/)
})

test('a part that the public may not see is not told', async () => {
  const {text} = await hub.get(`/r/${ids['Zzyzx harmed']}`)
  assert.doesNotMatch(text, /id="concerns"|Zzyzx report|Harmed in/)
  assert.equal((await hub.json(`/charts/by-year.json?organization=${ids['Zzyzx harmed']}`)).body.years.length, 0)
  const {text: system} = await hub.get(`/r/${ids['Zzyzx model']}`)
  assert.doesNotMatch(system, /Zzyzx harmed/)
})

/* ---- weight ---- */

test('no page is larger than 60 kB on the way, however much a record holds', async () => {
  const long = `/r/${ids['Zzyzx long']}`
  const page = await gzipped(long)
  assert.equal(page.status, 200)
  assert.ok(page.bytes.length < 60_000, `${page.bytes.length} bytes`)
  const {text} = await hub.get(long)
  assert.match(text, /The text is too long for a page/)
  assert.match(text, /and \d+ more, in the record&#39;s JSON|and \d+ more, in the record's JSON/)
  assert.equal((await hub.json(`/api/v1/records/${ids['Zzyzx long']}`)).body.body.description.length, 390_000)
  for (let i = 0; i < 3; i++) hub.polder('edit', ids['Zzyzx long'], '--set', `summary=${prose(4000).slice(i)}`, '--set', `date_note=${prose(4000).slice(i)}`)
  hub.polder('edit', ids['Zzyzx long'], '--file', hub.file('long.json', {title: 'Zzyzx long', date: '2020', description: prose(380_000).split('').reverse().join('')}))
  const history = await gzipped(`${long}/history`)
  assert.ok(history.bytes.length < 60_000, `${history.bytes.length} bytes`)
  for (const path of ['/', '/cue', '/browse/incidents', '/browse/uses', '/kinds/advisory', '/search?q=model', '/r/CUE-0026', '/feed.atom'])
    assert.ok((await gzipped(path)).bytes.length < 60_000, path)
})
