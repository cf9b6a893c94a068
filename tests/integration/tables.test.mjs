// Decision tables: the same answers by page, API and command line; decisions about reports and who is told of them; a hub's own tables.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser, formOf, has, plain} from './browser.mjs'
import {source, startHub} from './hub.mjs'
import {nobody, person} from './people.mjs'

const build = process.env.POLDER_BUILD ?? join(source, 'build')
const builtin = (name) => JSON.parse(readFileSync(join(source, 'tables', `${name}.json`), 'utf8'))
const grave = {severity: 'grave', people: 'few', reversibility: 'laborious', spread: 'systemic', uplift: 'decisive'}
const query = (values) => new URLSearchParams(values).toString()

let hub, cora, finder, other, page
before(async () => {
  hub = await startHub()
  cora = person(hub, 'cora', 'coordinator')
  finder = person(hub, 'finder', 'member')
  other = person(hub, 'other', 'member')
  page = await new Browser(hub).signIn('cora')
})
after(() => hub?.stop())

const report = async (body = {}) => (await finder.done(201, 'POST', '/records', {kind: 'report', body: {title: 'It takes tenants for others', ...body}})).body.uid
const decide = (who, id, args, status = 200) => who.done(status, 'POST', `/records/${id}/acts`, {act: 'triage.decide', args})
const command = (...args) => spawnSync(join(build, 'polder'), [...args, '--hub', hub.dir], {encoding: 'utf8'})

test('a table is worked out alike by page, API and command line', async () => {
  const {body} = await nobody(hub).get(`/tables/harm-tier/decide?${query(grave)}`)
  assert.equal(body.outcome.name, 'high')
  assert.equal(body.vector, 'harm-tier/1.0.0/S:3/P:1/R:2/X:3/U:3')
  assert.deepEqual(body.open, [])
  assert.equal((await nobody(hub).get(`/tables/harm-tier/decide?vector=${body.vector}`)).text, (await nobody(hub).get(`/tables/harm-tier/decide?${query(grave)}`)).text)
  assert.deepEqual(hub.polder('decide', 'harm-tier', ...Object.entries(grave).map(([k, v]) => `${k}=${v}`), '--json'), body)
  const html = (await hub.get(`/tables/harm-tier?${query(grave)}`)).text
  assert.match(plain(html), /Harm tier High A harm that can't wait/)
  assert.match(html, /id="severity-grave" checked|id="severity-grave"\s+checked/)
})

test('only what still makes a difference is asked, the most telling first', async () => {
  const {body} = await nobody(hub).get('/tables/coordinator-publish/decide?supplier-involvement=fix-ready&exploitation=none')
  assert.deepEqual(body.possible.map((one) => one.name), ['do-not-publish', 'publish'])
  assert.deepEqual(body.open, ['public-value-added'])
  assert.equal(body.next, 'public-value-added')
  const done = (await nobody(hub).get('/tables/coordinator-publish/decide?exploitation=none&public-value-added=limited&supplier-involvement=cooperative')).body
  assert.equal(done.outcome.name, 'do-not-publish')
  const html = (await hub.get('/tables/human-impact?mission-impact=mission-failure')).text
  assert.match(plain(html), /Very High/)
  assert.match(plain(html), /Safety Impact makes no difference any more/)
})

test('every combination of every table is the same in CSV, API and file', async () => {
  const list = (await nobody(hub).get('/tables')).body.items
  assert.deepEqual(list.map((t) => t.table), ['cisa-coordinator', 'coordinator-publish', 'coordinator-triage', 'deployer-priority', 'harm-tier', 'human-impact', 'public-safety-impact', 'supplier-priority', 'utility'])
  for (const {table, combinations, points} of list) {
    const [head, ...rows] = (await hub.get(`/tables/${table}.csv`)).text.trim().split('\r\n').map((line) => line.split(','))
    assert.equal(rows.length, combinations)
    assert.deepEqual(head.slice(0, -1), points.map((p) => p.name))
    for (const row of rows.filter((_, i) => i % 37 === 0)) {
      const {body} = await nobody(hub).get(`/tables/${table}/decide?${query(head.slice(0, -1).map((name, i) => [name, row[i]]))}`)
      assert.equal(body.outcome.name, row.at(-1))
    }
    const whole = (await nobody(hub).get(`/tables/${table}`)).body
    assert.deepEqual(whole.rules, builtin(table).rules)
    assert.deepEqual(whole.monotony.falls, 0)
  }
})

test('answers that there are not are refused with those that there are', async () => {
  const cases = [['severity=bad', /"bad" is no answer to severity; it is one of: slight, considerable/], ['vector=harm-tier/0.9.0/S:1', /of another version of harm-tier than 1\.0\.0/],
    ['vector=nonsense', /a vector looks like harm-tier\/1\.0\.0\/S:1/], ['severity=grave&vector=harm-tier/1.0.0/S:1', /severity is answered twice/],
    [`vector=harm-tier/1.0.0/${'S:1/'.repeat(90)}`, /S stands twice/]]
  for (const [asked, words] of cases) {
    const api = await nobody(hub).get(`/tables/harm-tier/decide?${asked}`)
    assert.equal(api.status, 422, asked)
    assert.match(api.body.detail, words)
    const html = await hub.get(`/tables/harm-tier?${asked}`)
    assert.equal(html.status, 422)
    assert.match(plain(html.text).toLowerCase(), new RegExp(words.source.toLowerCase()))
  }
  assert.equal((await nobody(hub).get('/tables/harm-tier/decide?nonsense=1')).status, 400)
  for (const path of ['/tables/nonsense', '/tables/nonsense.csv', '/api/v1/tables/nonsense', '/api/v1/tables/nonsense/decide']) assert.equal((await hub.get(path)).status, 404, path)
  const hostile = await hub.get(`/tables/harm-tier?severity=${encodeURIComponent('"><script>alert(1)</script>')}`)
  assert.doesNotMatch(hostile.text, /<script>alert/)
  assert.match(command('decide', 'harm-tier', 'severity').stderr, /expected QUESTION=VALUE/)
  assert.match(command('decide', 'nonsense').stderr, /there is no table "nonsense"/)
})

test('a decision is told to finder and parties without its note, and to nobody else', async () => {
  const id = await report()
  await decide(cora, id, {table: 'harm-tier', version: '1.0.0', values: grave, note: 'NOTE-FOR-COORDINATORS'})
  const seen = (await cora.get(`/records/${id}/decisions`)).body
  assert.equal(seen.tier, 'high')
  assert.equal(seen.items[0].note, 'NOTE-FOR-COORDINATORS')
  assert.equal(seen.items[0].by, 'cora of the test')
  const told = await finder.get(`/records/${id}/decisions`)
  assert.equal(told.body.items[0].outcome, 'high')
  assert.equal(told.body.items[0].values.severity, 'grave')
  assert.equal(told.body.items[0].by, 'Coordinator')
  for (const path of [`/records/${id}/decisions`, `/records/${id}/history`, `/records/${id}`]) assert.doesNotMatch((await finder.get(path)).text, /NOTE-FOR/, path)
  for (const path of [`/records/${id}/decisions`, `/records/${id}/history`]) {
    assert.equal((await other.get(path)).status, 404)
    assert.ok([401, 404].includes((await nobody(hub).get(path)).status))
  }
  const theirs = await new Browser(hub).signIn('finder')
  const html = (await theirs.get(`/r/${id}/triage`)).text
  assert.match(plain(html), /Harm tier : High/)
  assert.doesNotMatch(html, /NOTE-FOR/)
  assert.ok(!has(html, 'note'))
  assert.doesNotMatch((await theirs.get(`/r/${id}`)).text, /NOTE-FOR/)
  assert.match(plain((await theirs.get(`/r/${id}`)).text), /Triage Harm tier: High/)
  assert.equal((await theirs.get(`/r/${id}/triage?table=harm-tier`)).status, 404)
  assert.equal((await (await new Browser(hub).signIn('other')).get(`/r/${id}/triage`)).status, 404)
  assert.equal((await decide(finder, id, {table: 'harm-tier', values: grave}, 403)).status, 403)
  assert.equal((await decide(other, id, {table: 'harm-tier', values: grave}, 404)).status, 404)
})

test('the public is told nothing of a decision about what is public', async () => {
  const source = {id: 'x-1', system: 'other'}
  hub.polder('import', 'polder', hub.file('public.json', [{kind: 'report', id: 'x-1', body: {title: 'From elsewhere', source}}]))
  const open = hub.polder('list', '--kind', 'report', '--json').items.find((one) => one.title === 'From elsewhere').uid
  const etag = (await nobody(hub).get(`/records/${open}`)).headers.etag
  await decide(cora, open, {table: 'harm-tier', values: grave, note: 'NOTE-HIDDEN'})
  for (const path of [`/records/${open}`, `/records/${open}/history`]) assert.doesNotMatch((await nobody(hub).get(path)).text, /harm-tier|triage|NOTE-HIDDEN/, path)
  assert.equal((await nobody(hub).get(`/records/${open}`)).headers.etag, etag)
  assert.deepEqual((await other.get(`/records/${open}/decisions`)).body.items, [])
  assert.doesNotMatch((await hub.get(`/r/${open}`)).text, /Triage|harm-tier/)
})

test('the newest decision of a table counts, and the same again changes nothing', async () => {
  const id = await report()
  assert.equal((await decide(cora, id, {table: 'harm-tier', values: grave})).body.changed, true)
  assert.equal((await decide(cora, id, {table: 'harm-tier', values: grave})).body.changed, false)
  await decide(cora, id, {table: 'harm-tier', vector: 'harm-tier/1.0.0/S:4/P:4/R:3/X:4/U:3', note: 'more became known'})
  await decide(cora, id, {table: 'coordinator-publish', values: {'public-value-added': 'precedence', exploitation: 'active', 'supplier-involvement': 'fix-ready'}})
  const {tier, items} = (await cora.get(`/records/${id}/decisions`)).body
  assert.equal(tier, 'critical')
  assert.deepEqual(items.map((one) => [one.table, one.outcome, one.current]), [['coordinator-publish', 'publish', true], ['harm-tier', 'critical', true], ['harm-tier', 'high', false]])
})

test('a decision that does not follow yet, or is to another version, is refused and leaves no trace', async () => {
  const id = await report()
  const open = await decide(cora, id, {table: 'harm-tier', values: {severity: 'grave'}}, 422)
  assert.match(open.text, /outcomes are still possible: say \w+ next/)
  const refused = [
    [{table: 'harm-tier', version: '0.1.0', values: grave}, 409, /at version 1\.0\.0 now/], [{table: 'harm-tier', vector: 'harm-tier/9.0.0/S:1'}, 409, /another version/],
    [{table: 'utility', values: {automatable: 'yes'}}, null, /no table .*utility.* for records of the kind report/], [{table: 'nonsense'}, null, /no table/],
    [{table: 'harm-tier', values: {...grave, colour: 'red'}}, null, /asks nothing called/], [{table: 'harm-tier', values: {severity: 3}}, null, /./],
    [{table: 'harm-tier', values: grave, vector: 'harm-tier/1.0.0/S:1'}, null, /not both/], [{table: 'harm-tier', values: grave, more: 1}, null, /./],
    [{table: 'harm-tier', values: grave, note: 'x'.repeat(10001)}, null, /./]]
  for (const [args, status, words] of refused) {
    const answer = await cora.post(`/records/${id}/acts`, {act: 'triage.decide', args})
    assert.ok(answer.status === (status ?? 422), `${JSON.stringify(args).slice(0, 80)}: ${answer.status} ${answer.text}`)
    assert.match(answer.text.replaceAll('\\"', '"'), words)
  }
  assert.deepEqual((await cora.get(`/records/${id}/decisions`)).body.items, [])
})

test('a coordinator decides on a page: suggestions are marked, work it out, record it', async () => {
  const id = await report({severity: 'high', prevalence: 'widespread', harm_types: ['physical']})
  const first = (await page.get(`/r/${id}/triage?table=harm-tier`)).text
  assert.equal([...first.matchAll(/suggested by what the record says/g)].length, 3)
  const form = Object.fromEntries(formOf(first, `action="/r/${id}/triage`).pairs)
  assert.deepEqual([form.severity, form.people, form.spread, form.uplift], ['grave', 'masses', 'systemic', ''])
  const worked = await page.send(first, `action="/r/${id}/triage`, {uplift: 'notable', reversibility: 'lasting', note: 'judged by the report', do: 'work'})
  assert.equal(worked.status, 200)
  assert.match(plain(worked.text), /Harm tier Critical/)
  assert.match(worked.text, /judged by the report<\/textarea>/)
  assert.deepEqual((await cora.get(`/records/${id}/decisions`)).body.items, [])
  const recorded = await page.send(worked.text, `action="/r/${id}/triage`, {do: 'record'})
  assert.equal(recorded.status, 303)
  const shown = plain((await page.follow(recorded)).text)
  assert.match(shown, /The decision is recorded\..*Harm tier : Critical.*Severity: Grave; People hit: Masses; Reversibility: Lasting.*judged by the report/)
  const again = await page.get(`/r/${id}/triage?table=harm-tier`)
  assert.match(plain(again.text), /Filled in from the decision that counts now/)
  const open = await page.send(again.text, `action="/r/${id}/triage`, {severity: '', do: 'record'})
  assert.equal(open.status, 422)
  assert.match(plain(open.text), /outcomes are still possible: say severity next/)
  assert.match(plain((await page.get(`/r/${id}/history`)).text), /Decide by a table Harm tier: Critical/)
})

test('a case shows its decisions in its room', async () => {
  const {body} = await cora.done(201, 'POST', '/records', {kind: 'case', body: {title: 'Tenants'}})
  await decide(cora, body.uid, {table: 'coordinator-triage', vector: 'coordinator-triage/1.0.0/RP:N/SCON:Y/RC:C/SC:M/SE:U/U:S/PSI:S'})
  assert.match(plain((await page.get(`/r/${body.uid}/room`)).text), /Triage Coordinator: what to do with a report: Coordinate/)
})

test('the command line records a decision', async () => {
  const id = await report()
  const r = command('decide', 'harm-tier', '--vector', 'harm-tier/1.0.0/S:1/P:1/R:1/X:1/U:1', '--record', id, '--note', 'nothing much')
  assert.equal(r.status, 0, r.stderr)
  assert.match(r.stdout, /has the decision\nLow\n/)
  assert.equal((await finder.get(`/records/${id}/decisions`)).body.tier, 'low')
  assert.equal(command('decide', 'harm-tier', '--record', id).status, 1)
  assert.equal(command('decide', 'harm-tier', '--note', 'x').status, 2)
})

// ---- a hub's own tables ----

const own = (change) => {
  const table = builtin('harm-tier')
  change(table)
  mkdirSync(join(hub.dir, 'tables'), {recursive: true})
  const path = join(hub.dir, 'tables', `${table.table}.json`)
  writeFileSync(path, JSON.stringify(table))
  return path
}

test('a hub adds a table and replaces one; old decisions keep their version and what fits is filled in', async () => {
  const id = await report()
  await decide(cora, id, {table: 'harm-tier', values: grave})
  const replaced = own((t) => {
    t.version = '2.0.0'
    t.title = 'Our <b>tier</b>'
    t.points.pop()
    t.points[0].values[2].name = 'very-bad'
    t.rules = [['*', '*', '*', '*', 'M']]
  })
  const added = own((t) => Object.assign(t, {table: 'two-doors', version: '0.1.0', points: [t.points[0]], kinds: ['report'], rules: [['1', 'H'], ['2|3|4', 'L']]}))
  await hub.restart()
  assert.match((await hub.get('/tables')).text, /Our &lt;b&gt;tier&lt;\/b&gt;[\s\S]*this hub’s own/)
  const {items} = (await finder.get(`/records/${id}/decisions`)).body
  assert.deepEqual([items[0].version, items[0].outdated, items[0].vector], ['1.0.0', true, 'harm-tier/1.0.0/S:3/P:1/R:2/X:3/U:3'])
  const html = (await page.get(`/r/${id}/triage?table=harm-tier`)).text
  assert.match(plain(html), /was made by version 1\.0\.0; this is version 2\.0\.0\. Answers that still fit are filled in ?; 2 did not/)
  assert.deepEqual(Object.fromEntries(formOf(html, `action="/r/${id}/triage`).pairs).people, 'few')
  assert.match(plain((await hub.get('/tables/two-doors')).text), /In 1 of 3 pairs of combinations .* more leads to less; of 1 the table does not say so itself/)
  const check = command('tables', '--check', added)
  assert.equal(check.status, 1)
  assert.match(check.stdout, /More leads to less in 1 of 3/)
  await decide(cora, id, {table: 'two-doors', values: {severity: 'slight'}})
  rmSync(added)
  rmSync(replaced)
  await hub.restart()
  const gone = (await cora.get(`/records/${id}/decisions`)).body.items
  assert.deepEqual(gone.map((one) => [one.table, one.title, one.outdated]), [['two-doors', 'two-doors', true], ['harm-tier', 'Harm tier', false]])
  assert.match(plain((await page.get(`/r/${id}/triage`)).text), /The hub has this table no more\. Decided by version 0\.1\.0/)
})

test('a broken table keeps the hub closed and says where it is broken', () => {
  const broken = [
    [(t) => t.rules.pop(), /tables\/harm-tier\.json, \/rules: no rule has this combination: severity/],
    [(t) => t.rules.push(['1', '1', '1', '1', '1', 'L']), /harm-tier\.json, \/rules\/116: an earlier rule has this combination already/],
    [(t) => (t.points[1].values[0].key = '?'), /harm-tier\.json, \/points\/1\/values\/0\/key: expected 1 to 12/],
    [(t) => (t.points[0].name = 'csrf'), /harm-tier\.json, \/points\/0\/name: no point can be called "csrf"/],
    [(t) => (t.points[0].table = 'utility'), /harm-tier\.json, \/points\/0: its values are not the outcomes of the table "utility"/],
  ]
  for (const [change, words] of broken) {
    const path = own(change)
    const r = command('tables')
    assert.equal(r.status, 1, r.stderr)
    assert.match(r.stderr, words)
    rmSync(path)
  }
  const path = join(hub.dir, 'tables', 'other.json')
  writeFileSync(path, JSON.stringify(builtin('utility')))
  assert.match(command('tables').stderr, /other\.json: table: expected the name of the file without \.json/)
  writeFileSync(path, '{"table": "other",')
  assert.match(command('tables').stderr, /other\.json, line 1/)
  rmSync(path)
  assert.equal(command('tables').status, 0)
})

test('a backup holds the hub’s own tables', () => {
  const path = own((t) => (t.title = 'Kept'))
  const to = join(hub.folder, 'backup')
  assert.equal(command('backup', to).status, 0)
  assert.equal(JSON.parse(readFileSync(join(to, 'tables', 'harm-tier.json'), 'utf8')).title, 'Kept')
  rmSync(path)
})
