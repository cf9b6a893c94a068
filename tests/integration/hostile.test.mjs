// Text that wants to be more than text: whatever stands in a record comes back as words.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub, tags} from './hub.mjs'

const SHOTS = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</title><script>alert(1)</script>',
  '<svg/onload=alert(1)>', 'javascript:alert(1)', '[x](javascript:alert(1))', '![x](data:text/html,<script>alert(1)</script>)',
  '<a href="javascript:alert(1)">x</a>', '{{7*7}}${7*7}{= x}', '</textarea></pre></main><iframe src=//evil.example>',
  '&lt;script&gt;alert(1)&lt;/script&gt;', '\u202eevil\u0000'.replace('\u0000', ''), '<!--', ']]>', '`<b>`', '[x](  java\tscript:alert(1))',
]
const all = SHOTS.join(' ')
const each = (make) => SHOTS.map(make)

const RECORDS = [{
  kind: 'incident', id: 'hostile:"><script>', state: 'published',
  body: {
    title: `zebra ${all}`.slice(0, 290), summary: `zebra ${all}`, description: `zebra\n\n${each((s) => `- ${s}`).join('\n')}\n\n${all}`, date: '2024',
    aliases: each((s) => s), tags: each((s) => s.slice(0, 100)), actor: all, harm_types: ['privacy'], sectors: each((s) => s),
    references: each((s) => ({url: s.includes(':') ? s : `https://example.org/${encodeURIComponent(s)}`, title: s, publisher: s, summary: s, archived: 'javascript:alert(1)'})),
    timeline: each((s) => ({date: '2024', text: s, type: s.slice(0, 90), url: 'javascript:alert(1)'})),
    classifications: each((s) => ({scheme: s, id: s, label: s, url: 'javascript:alert(1)', note: s})),
    steps: each((s) => ({text: s, technique: {scheme: s, id: s, url: 'javascript:alert(1)'}})),
    locations: each((s) => ({city: s.slice(0, 90), country: s.slice(0, 90)})),
    annotations: [{scheme: all.slice(0, 190), answers: each((s) => ({question: s, values: [s, s]}))}],
    renditions: each((s) => ({field: s, text: s})),
    source: {system: all.slice(0, 99), id: 'x', url: 'javascript:alert(1)', licence: all.slice(0, 290)},
  },
}]

let hub, id
before(async () => {
  hub = await startHub({records: RECORDS, name: 'Hub <script>alert(1)</script>'})
  id = (await hub.json('/api/v1/search?q=zebra')).body.items[0].uid
  hub.polder('edit', id, '--set', `summary=zebra again ${all}`, '--set', `actor=${SHOTS[1]}`, '--note', all)
  await new Promise((done) => setTimeout(done, 400))
})
after(async () => hub?.stop())

const OWN = /^\/|^#|^https?:\/\/|^mailto:/

function checkInert(path, text) {
  for (const tag of tags(text)) {
    assert.ok(!['iframe', 'img', 'object', 'embed', 'base', 'style'].includes(tag.name), `${path}: <${tag.name}>`)
    if (tag.name === 'script') assert.match(tag.attributes.src ?? '', /^\/static\/app\.[0-9a-f]{16}\.js$/, path)
    for (const [name, value] of Object.entries(tag.attributes)) {
      assert.ok(!name.startsWith('on'), `${path}: ${name}`)
      assert.notEqual(name, 'style', path)
      if (['href', 'src', 'action'].includes(name)) assert.match(value, OWN, `${path}: ${name}="${value}"`)
    }
  }
  assert.equal((text.match(/<script/g) ?? []).length, 1, `${path}: one script`)
  assert.equal((text.match(/<\/main>/g) ?? []).length, 1, `${path}: one end of main`)
  assert.equal((text.split('</head>')[0].match(/<\/title>/g) ?? []).length, 1, `${path}: one end of title`)
}

test('hostile text in a record is inert on every page that shows it', async () => {
  const record = await hub.get(`/r/${id}`)
  const own = record.status === 301 ? record.headers.location : `/r/${id}`
  for (const path of [own, `${own}/history`, '/', '/browse', '/browse/incidents', '/search?q=zebra', '/about', '/cue']) {
    const page = await hub.get(path)
    assert.equal(page.status, 200, path)
    checkInert(path, page.text)
  }
})

test('hostile text in an address is inert on the page that repeats it', async () => {
  for (const shot of SHOTS) {
    const q = encodeURIComponent(shot)
    for (const path of [`/search?q=${q}`, `/search?q=zebra&year=${q}`, `/search?q=zebra&kind=${q}`, `/browse/incidents?sector=${q}`, `/cue?scheme=${q}`,
      `/r/${q.replace(/%2F|%5C/gi, '')}`, `/kinds/${q.replace(/%2F|%5C/gi, '')}`, `/browse/incidents?harm=${q}&use=${q}`]) {
      const page = await hub.get(path)
      assert.ok(page.status < 500, `${path}: ${page.status}`)
      if (/html/.test(page.headers['content-type'])) checkInert(path, page.text)
    }
  }
})

test('a filter on a hostile value keeps it whole', async () => {
  const {body} = await hub.json('/api/v1/facets?kind=incident')
  for (const {value} of body.sector.values) {
    const list = await hub.json(`/api/v1/records?kind=incident&sector=${encodeURIComponent(value)}`)
    assert.equal(list.body.items.length, 1, value)
  }
})

test('addresses that are no addresses are refused without harm', async () => {
  for (const path of ['//evil.example', '/r/..%2f..%2fetc', '/r/%00', '/r/%zz', '/%2e%2e/', '/static/../../etc/passwd', '/r/' + 'a'.repeat(9000)]) {
    const page = await hub.get(path)
    assert.ok(page.status >= 400 && page.status < 500, `${path}: ${page.status}`)
  }
})
