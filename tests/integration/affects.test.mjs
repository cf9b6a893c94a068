// What is known of what somebody uses: names in all forms, the chain of what is made from what, versions, and that nothing confidential counts.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub} from './hub.mjs'

const link = (rel, to) => ({rel, to})
const system = (id, name, links = [], more = {}) => ({kind: 'system', id, state: 'published', body: {name, type: 'model', ...more}, links})
const advisory = (id, title, about, affected, more = {}) => ({kind: 'advisory', id, state: 'published', body: {title, type: 'vulnerability', ...affected && {affected}, ...more},
  links: about.map((to) => link('affects', to))})

let hub
before(async () => {
  hub = await startHub({records: [
    system('a:base', 'Basin 7B'),
    system('a:older', 'Basin 3B'),
    system('a:same', 'Basin seven'),
    system('a:tuned', 'Basin Chat', [link('built-on', 'a:base'), link('trained-on', 'a:set')], {aliases: ['example/basin-chat']}),
    system('a:set', 'Puddle corpus', [], {type: 'dataset'}),
    system('a:app', 'Basin Helper', [link('part-of', 'a:suite'), link('built-on', 'a:tuned')]),
    system('a:suite', 'Basin Suite', [link('built-on', 'a:app')]),
    {...system('a:hidden', 'Zqhidden model', [link('built-on', 'a:base')]), state: 'draft'},
    advisory('A-1', 'Base leaks prompts', ['a:base'], [{name: 'Basin 7B', ranges: [{from: '1.0', before: '1.4', status: 'affected', type: 'semver'}]}], {severity: 'high'}),
    advisory('A-2', 'Two products, one flaw', ['a:base', 'a:older'], [
      {name: 'Basin 7B', default_status: 'not-affected', versions: ['2.0']}, {name: 'Basin 3B', default_status: 'affected'}]),
    advisory('A-3', 'In words only', ['a:base'], [{name: 'Basin 7B', ranges: [{from: 'all before the summer', status: 'affected'}]}]),
    {...advisory('A-4', 'Zqunpublished', ['a:base']), state: 'draft'},
    {kind: 'incident', id: 'I-1', state: 'published', body: {title: 'The corpus holds letters', date: '2024-05-01', summary: 'Private letters.'}, links: [link('affects', 'a:set')]},
  ]})
  const same = (await hub.json('/api/v1/search?q=seven')).body.items[0].uid, base = (await hub.json('/api/v1/search?q=7B&kind=system')).body.items[0].uid
  hub.polder('link', same, 'same-as', base)
})
after(async () => hub?.stop())

const ask = async (...names) => (await hub.json(`/api/v1/affects?${names.map((name) => `name=${encodeURIComponent(name)}`).join('&')}`)).body
const titles = (found) => found.items.map((item) => item.line.title)

test('every form of a name leads to the system', async () => {
  const {uid} = (await hub.json('/api/v1/search?q=chat&kind=system')).body.items[0]
  for (const name of [uid, 'example/basin-chat', 'EXAMPLE/Basin-Chat', 'pkg:huggingface/example/basin-chat', 'pkg:huggingface/example/basin-chat@abc?x=y#z', 'a:tuned']) {
    const found = await ask(name)
    assert.deepEqual(found.unknown, [], name)
    assert.equal(found.systems[0].line.title, 'Basin Chat', name)
    assert.equal(found.systems[0].distance, 0)
  }
  const nothing = await ask('example/none', 'a:tuned')
  assert.deepEqual(nothing.unknown, ['example/none'])
  assert.equal(nothing.systems[0].name, 'a:tuned')
})

test('what it is made from counts, each once and at its least distance, also in a circle', async () => {
  const chat = await ask('a:tuned')
  assert.deepEqual(chat.systems.map((s) => [s.line.title, s.distance, s.rel]).sort(), [['Basin 7B', 1, 'built-on'], ['Basin Chat', 0, undefined], ['Basin seven', 1, 'built-on'], ['Puddle corpus', 1, 'trained-on']])
  assert.deepEqual(new Set(titles(chat)), new Set(['Base leaks prompts', 'Two products, one flaw', 'In words only', 'The corpus holds letters']))
  const helper = await ask('a:app')
  assert.deepEqual(helper.systems.map((s) => [s.line.title, s.distance]).slice(0, 3).sort(), [['Basin Chat', 1], ['Basin Helper', 0], ['Basin Suite', 1]])
  assert.equal(helper.items.find((item) => item.line.title === 'Base leaks prompts').distance, 2)
  const seven = await ask('a:same')
  assert.deepEqual(seven.systems.map((s) => s.distance), [0, 0])
  assert.equal(titles(seven).length, 3)
  /* Two names that share a base: it is told once, of the nearer. */
  const both = await ask('a:tuned', 'a:base')
  assert.equal(both.systems.filter((s) => s.line.title === 'Basin 7B').length, 1)
  assert.equal(both.items.find((item) => item.line.title === 'Base leaks prompts').distance, 0)
})

test('a version is compared with what the record says of it, and only where that can be read', async () => {
  const of = async (version) => Object.fromEntries((await hub.json(`/api/v1/affects?name=a:base&version=${encodeURIComponent(version)}`)).body.items.map((i) => [i.line.title, i.version]))
  assert.deepEqual(await of('1.3'), {'Base leaks prompts': 'affected', 'Two products, one flaw': 'not-affected', 'In words only': 'unsure'})
  assert.deepEqual(await of('v1.4.0'), {'Base leaks prompts': 'not-affected', 'Two products, one flaw': 'not-affected', 'In words only': 'unsure'})
  assert.equal((await of('2.0'))['Two products, one flaw'], 'affected')
  assert.equal((await of('latest'))['Base leaks prompts'], 'unsure')
  assert.ok(Object.values(await of('')).every((v) => v === 'unsure'))
  assert.equal((await ask('a:older')).items[0].version, 'unsure')
  assert.equal((await hub.json('/api/v1/affects?name=a:older&version=9')).body.items[0].version, 'affected')
  /* Of what it is made from nobody said which version. */
  assert.ok((await hub.json('/api/v1/affects?name=a:tuned&version=1.3')).body.items.every((i) => i.version === 'unsure'))
})

test('what is not public is neither found nor counted', async () => {
  const base = await ask('a:base')
  assert.ok(!JSON.stringify(base).includes('Zq'))
  assert.deepEqual((await ask('a:hidden')).unknown, ['a:hidden'])
  assert.deepEqual((await ask('Zqhidden model')).unknown, ['Zqhidden model'])
})

test('the page and the command say the same', async () => {
  const page = await hub.get(`/affects?names=${encodeURIComponent('a:tuned\r\n\r\n<b>nothing</b>')}`)
  assert.equal(page.status, 200)
  assert.match(page.text, /<strong>4<\/strong> records about <strong>4<\/strong> systems/)
  assert.match(page.text, /Basin Chat is made from it\./)
  assert.match(page.text, /&lt;b&gt;nothing&lt;\/b&gt;/)
  assert.match((await hub.get('/affects')).text, /What you use, one a line/)
  const versioned = (await hub.get('/affects?names=a:base&version=1.3')).text
  assert.match(versioned, /badge bad">Affected/)
  assert.match(versioned, /badge good">Not affected/)
  const command = hub.polder('affects', 'a:base', '--version', '1.3', '--json')
  assert.deepEqual(command.items.map((i) => i.version).sort(), ['affected', 'not-affected', 'unsure'])
  assert.match(hub.polder('affects', 'a:tuned', 'none'), /1 step up the chain of a:tuned[\s\S]*Nothing here is called none/)
})

test('names that are none are refused, hostile ones do no harm', async () => {
  assert.equal((await hub.json('/api/v1/affects')).status, 422)
  assert.equal((await hub.json('/api/v1/affects?name=%20')).status, 422)
  assert.match((await hub.get(`/affects?names=${'x%0A'.repeat(60)}`)).text, /at most 50 names/)
  for (const name of ['pkg:', 'pkg:/', 'pkg:x', 'pkg:x/', 'pkg:x/%00', 'pkg:x/%ff%fe', 'pkg:a/b@', '@', '/', '//', '%', "' OR 1=1 --", 'system:', 'x'.repeat(500), '漢字/模型'])
    assert.deepEqual((await ask(name)).unknown, [name], name)
})
