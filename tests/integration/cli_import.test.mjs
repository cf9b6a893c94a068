// Importing all of the real data: what goes in, that it goes in once, and that the order in which it comes makes no difference.
import assert from 'node:assert/strict'
import {cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {gzipSync} from 'node:zlib'
import {incident, makeFolder, makeHub, real, starter} from './cli.mjs'

const sources = [
  ['avid', real('avid'), 653, 0], ['aiid', real('aiid'), 639, 0], ['atlas', real('atlas'), 278, 0], ['osv', real('osv'), 500, 0],
  ['csaf', real('csaf', 'mandatory'), 60, null], ['cve', real('cve'), 1500, 0], ['polder', starter, 292, 0],
]

// What a record is called, whatever hub it is in.
const identity = `CREATE TEMP TABLE ident AS SELECT r.id, r.kind || ' ' || coalesce(
  (SELECT min(name) FROM name n WHERE n.record = r.id AND role = 'key'), (SELECT min(name) FROM name n WHERE n.record = r.id AND role = 'source'), r.uid) AS i FROM record r;
  CREATE UNIQUE INDEX temp.ident_id ON ident (id);`
const links = (hub) =>
  hub.sql(`${identity} SELECT CASE WHEN l.rel = 'same-as' THEN min(a.i, b.i) ELSE a.i END AS source, l.rel, CASE WHEN l.rel = 'same-as' THEN max(a.i, b.i) ELSE b.i END AS target
    FROM link l JOIN ident a ON a.id = l.source JOIN ident b ON b.id = l.target ORDER BY 1, 2, 3`).map((l) => `${l.source} ${l.rel} ${l.target}`)

const cleanUps = []
let all, reversed
before(() => {
  all = makeHub({after: (fn) => cleanUps.push(fn)})
  reversed = makeHub({after: (fn) => cleanUps.push(fn)})
})
after(() => cleanUps.forEach((fn) => fn()))

test('every source goes in, record by record', () => {
  for (const [format, path, created, rejected] of sources) {
    const r = all.import(format, path)
    assert.equal(r.created, created, format)
    if (rejected !== null) assert.deepEqual(r.rejections, [], format)
    assert.equal(r.read, r.created + r.updated + r.unchanged + r.rejected)
    assert.equal(r.rejections.length, r.rejected)
    assert.equal(typeof r.seconds, 'number')
  }
  assert.ok(all.check() > 8000)
})

test('of the conformance documents those that are valid go in, and the others are named with a reason', () => {
  const cases = JSON.parse(readFileSync(real('csaf', 'testcases.json')))
  const valid = new Set(cases.tests.flatMap((c) => (c.valid ?? []).map((v) => v.name.split('/').pop())))
  const r = JSON.parse(all.run('import', 'csaf', real('csaf', 'mandatory'), '--json').stdout)
  const refused = new Set(r.rejections.map((x) => x.path.split('/').pop().split(':')[0]))
  for (const name of readdirSync(real('csaf', 'mandatory'))) assert.equal(refused.has(name), !valid.has(name), name)
  for (const x of r.rejections) assert.ok(x.reason.length > 5, x.path)
})

test('a second time everything is as it was', () => {
  const before = all.sql('SELECT (SELECT count(*) FROM record) AS records, (SELECT count(*) FROM revision) AS revisions, (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM link) AS links')
  for (const [format, path, created] of sources) {
    const r = all.import(format, path)
    assert.deepEqual([r.created, r.updated, r.unchanged, r.parties], [0, 0, created, 0], format)
  }
  assert.deepEqual(all.sql('SELECT (SELECT count(*) FROM record) AS records, (SELECT count(*) FROM revision) AS revisions, (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM link) AS links'), before)
})

test('in the opposite order the same records are linked in the same way', () => {
  for (const [format, path, created] of [...sources].reverse()) assert.equal(reversed.import(format, path).created, created, format)
  const one = links(all), two = links(reversed)
  const missing = one.filter((l) => !two.includes(l)).concat(two.filter((l) => !one.includes(l)))
  assert.deepEqual(missing.slice(0, 20), [])
  assert.equal(one.length, two.length)
  assert.ok(one.filter((l) => l.includes(' same-as ')).length > 20)
  // And are called the same.
  const named = "SELECT n.name, p.headline FROM name n JOIN public p ON p.record = n.record WHERE n.role = 'key' ORDER BY 1"
  assert.deepEqual(all.sql(named), reversed.sql(named))
  const count = 'SELECT kind, count(*) AS n FROM record GROUP BY kind ORDER BY kind'
  assert.deepEqual(all.sql(count), reversed.sql(count))
  reversed.check()
})

test('each organization and system is there once, whoever names it', () => {
  for (const hub of [all, reversed]) {
    assert.deepEqual(hub.sql("SELECT name, count(*) AS n FROM name WHERE role = 'key' GROUP BY name HAVING count(*) > 1"), [])
    assert.deepEqual(hub.sql("SELECT p.headline, count(*) AS n FROM public p WHERE p.kind = 'organization' GROUP BY lower(p.headline) HAVING count(*) > 1"), [])
  }
  // An entry of its own carries what it says, though others named it first.
  const microsoft = all.json('show', 'organization:microsoft')
  assert.equal(microsoft.body.source.system, 'polder')
  assert.ok(microsoft.body.website)
})

test('an organization first known by a slug gets the name that somebody writes', (t) => {
  const hub = makeHub(t)
  hub.import('aiid', real('aiid'))
  const provisional = hub.sql("SELECT count(*) AS n FROM public WHERE kind = 'organization' AND CAST(body AS TEXT) LIKE '%\"provisional\":true%'")[0].n
  hub.import('avid', real('avid'))
  assert.ok(hub.sql("SELECT count(*) AS n FROM public WHERE kind = 'organization' AND CAST(body AS TEXT) LIKE '%\"provisional\":true%'")[0].n < provisional)
  hub.check()
})

// Two files of AVID that name the same systems: the first without a developer, the second with.
const system = (id, developer, ...names) => ({data_type: 'AVID', data_version: '0.2', metadata: {report_id: id}, affects: {developer, deployer: [], artifacts: names.map((name) => ({type: 'Model', name}))},
  description: {lang: 'eng', value: `About ${names.join()}`}})
const developers = (hub, name) => hub.json('show', name).links.filter((g) => g.rel === 'developed-by').flatMap((g) => g.items.map((i) => i.title))

test('a developer that a later file tells is linked to the system that is here already', (t) => {
  const hub = makeHub(t)
  const first = hub.file('a.json', system('AVID-2030-R0001', [], 'Zorg 9')), second = hub.file('b.json', system('AVID-2030-R0002', ['Zorg Labs'], 'Zorg 9'))
  hub.import('avid', first)
  assert.deepEqual(developers(hub, 'system:zorg-9'), [])
  hub.import('avid', second)
  assert.deepEqual(developers(hub, 'system:zorg-9'), ['Zorg Labs'])
  // What somebody takes away here stays away.
  hub.json('unlink', 'system:zorg-9', 'developed-by', 'organization:zorglabs')
  hub.import('avid', second)
  assert.deepEqual(developers(hub, 'system:zorg-9'), [])
  // In one run, in whatever order the files are read.
  const both = makeHub(t)
  both.json('import', 'avid', first, second)
  assert.deepEqual(developers(both, 'system:zorg-9'), ['Zorg Labs'])
  both.check()
})

test('a name that somebody writes properly is shown, one that was written here stays', (t) => {
  const hub = makeHub(t)
  const names = () => hub.sql("SELECT p.headline FROM public p WHERE p.kind = 'organization' ORDER BY 1").map((r) => r.headline)
  hub.import('avid', hub.file('a.json', system('AVID-2030-R0001', ['zorg labs'], 'Zorg 9')))
  assert.deepEqual(names(), ['zorg labs'])
  hub.import('avid', hub.file('b.json', system('AVID-2030-R0002', ['Zorg Labs, Inc.'], 'Zorg 9')))
  assert.deepEqual(names(), ['zorg labs'])
  hub.import('avid', hub.file('c.json', system('AVID-2030-R0003', ['Zorg Labs'], 'Zorg 9')))
  assert.deepEqual(names(), ['Zorg Labs'])
  hub.json('edit', 'organization:zorglabs', '--set', 'name=zorg-labs of Delft')
  hub.import('avid', hub.file('d.json', system('AVID-2030-R0004', ['ZORG Labs'], 'Zorg 9')))
  assert.deepEqual(names(), ['zorg-labs of Delft'])
})

test('incidents without their classifications take nothing away, and bring what is new', (t) => {
  const hub = makeHub(t), folder = makeFolder(t)
  hub.import('aiid', real('aiid'))
  const whole = hub.sql('SELECT record, digest FROM origin ORDER BY record')
  const r = hub.import('aiid', real('aiid', 'incidents.csv'))
  assert.deepEqual([r.read, r.created, r.updated, r.unchanged], [639, 0, 0, 639])
  const {title} = hub.json('show', 'AIID-23').body
  writeFileSync(join(folder, 'incidents.csv'), readFileSync(real('aiid', 'incidents.csv'), 'utf8').replace(title, 'Told anew'))
  assert.deepEqual([hub.import('aiid', folder).updated, hub.json('show', 'AIID-23').body.title], [1, 'Told anew'])
  assert.ok(hub.json('show', 'AIID-23').body.annotations.length > 0)
  assert.equal(hub.json('show', 'AIID-365').uid, hub.json('show', 'AIID-95').uid)
  // All together again, what is no longer told goes.
  assert.deepEqual([hub.import('aiid', real('aiid')).updated, hub.json('show', 'AIID-23').body.title], [1, title])
  assert.deepEqual(hub.sql('SELECT record, digest FROM origin ORDER BY record'), whole)
  hub.check()
})

test('a file that is no such thing, or is packed, is refused in words that help', (t) => {
  const hub = makeHub(t), folder = makeFolder(t)
  writeFileSync(join(folder, 'r.json'), gzipSync(readFileSync(join(real('osv'), readdirSync(real('osv'))[0]))))
  writeFileSync(join(folder, 's.json'), '[]')
  const r = hub.run('import', 'osv', folder, '--json'), {rejections} = JSON.parse(r.stdout)
  assert.equal(r.status, 1)
  assert.deepEqual(rejections.map((x) => x.path).sort(), [join(folder, 'r.json'), join(folder, 's.json')])
  assert.match(rejections.find((x) => x.path.endsWith('r.json')).reason, /compressed/)
  const named = hub.run('import', 'cve', folder)
  assert.notEqual(named.status, 0)
  assert.match(named.stderr, /none is named as those of CVE/)
})

test('one flaw under two names is one pair of records that know each other', () => {
  const aliases = new Map()
  for (const name of readdirSync(real('osv')).filter((x) => x.endsWith('.json'))) {
    const r = JSON.parse(readFileSync(join(real('osv'), name)))
    for (const alias of r.aliases ?? []) aliases.set(alias, [...(aliases.get(alias) ?? []), r.id])
  }
  const cves = new Set(readdirSync(real('cve')).map((name) => name.replace('.json', '')))
  let pairs = 0
  for (const [alias, ids] of aliases) {
    if (!cves.has(alias)) continue
    const known = all.json('show', alias).links.filter((g) => g.rel === 'same-as').flatMap((g) => g.items.map((i) => i.id))
    for (const id of ids) assert.ok(known.includes(id), `${alias} ${id}`)
    pairs += ids.length
  }
  assert.ok(pairs > 0, 'no name stands in both sources')
})

test('what a source says beyond what is read is kept and may be read', () => {
  for (const [format, least] of [['avid', 1], ['aiid', 100], ['cve', 1]]) {
    const kept = all.sql(`SELECT count(*) AS n FROM origin o JOIN public p ON p.record = o.record WHERE o.system = '${format}' AND CAST(p.body AS TEXT) LIKE '%"extra":%'`)[0].n
    assert.ok(kept >= least, `${format}: ${kept}`)
  }
})

test('what is exported is what was imported', (t) => {
  const folder = makeFolder(t)
  for (const [format, name] of [['avid', (r) => r.metadata?.report_id ?? r.metadata?.vuln_id], ['osv', (r) => r.id]]) {
    const out = join(folder, format)
    const report = all.json('export', format, '--all', '--out', out)
    const originals = new Map()
    const walk = (dir) => {
      for (const entry of readdirSync(dir, {withFileTypes: true}))
        if (entry.isDirectory()) walk(join(dir, entry.name))
        else if (entry.name.endsWith('.json')) {
          const r = JSON.parse(readFileSync(join(dir, entry.name)))
          originals.set(name(r), r)
        }
    }
    walk(real(format))
    assert.ok(report.written >= originals.size, format)
    for (const [id, original] of originals) assert.deepEqual(JSON.parse(readFileSync(join(out, `${id}.json`))), original, `${format} ${id}`)
    const [id, original] = [...originals][7]
    all.json('export', format, id, '--out', join(folder, 'one'))
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'one', `${id}.json`))), original)
  }
})

// A source that changes: copies of some real files, edited.
const osvCopy = (t, n) => {
  const folder = makeFolder(t)
  for (const name of readdirSync(real('osv')).filter((x) => x.endsWith('.json')).slice(0, n)) cpSync(join(real('osv'), name), join(folder, name))
  const names = readdirSync(folder).sort()
  const change = (name, fn) => {
    const r = JSON.parse(readFileSync(join(folder, name)))
    fn(r)
    writeFileSync(join(folder, name), JSON.stringify(r))
    return r
  }
  return {folder, names, change}
}

test('what changed at its source is taken over, and nothing else', (t) => {
  const hub = makeHub(t), {folder, names, change} = osvCopy(t, 12)
  assert.equal(hub.import('osv', folder).created, 12)
  const changed = change(names[3], (r) => (r.summary = 'A summary that was changed at its source'))
  change(names[4], (r) => (r.database_specific = {...r.database_specific, 'new-extra': 'beyond what is read'}))
  const r = hub.import('osv', folder)
  assert.deepEqual([r.created, r.updated, r.unchanged], [0, 2, 10])
  assert.match(JSON.stringify(hub.json('show', changed.id, '--as', 'public').body), /changed at its source/)
  assert.match(hub.text('history', changed.id), /changed at its source/)
  hub.check()
})

test('what was changed here stays, however often the source changes', (t) => {
  const hub = makeHub(t), {folder, names, change} = osvCopy(t, 3)
  hub.import('osv', folder)
  const id = JSON.parse(readFileSync(join(folder, names[0]))).id
  const body = hub.json('show', id).body
  hub.json('edit', id, '--set', 'title=A title of our own', '--set', 'tags:=["ours"]', '--note', 'as we call it')
  for (let i = 1; i <= 3; i++) {
    change(names[0], (r) => {
      r.details = `Details, edition ${i}`
      r.summary = `Summary, edition ${i}`
    })
    const r = hub.import('osv', folder)
    assert.deepEqual([r.updated, r.unchanged], [1, 2])
    const now = hub.json('show', id).body
    assert.equal(now.title, 'A title of our own', `after ${i} changes`)
    assert.deepEqual(now.tags, ['ours'])
    assert.ok(JSON.stringify(now).includes(`edition ${i}`))
    assert.ok(!JSON.stringify(now).includes(`Details, edition ${i - 1}`))
  }
  assert.notEqual(body.title, 'A title of our own')
  hub.check()
})

test('what was hidden here stays hidden, and is not lost, when the source changes', (t) => {
  const hub = makeHub(t), {folder, names, change} = osvCopy(t, 3)
  change(names[0], (r) => (r.database_specific = {secret: 'zqextra'}))
  hub.import('osv', folder)
  const id = JSON.parse(readFileSync(join(folder, names[0]))).id
  assert.ok(JSON.stringify(hub.json('show', id, '--as', 'public')).includes('zqextra'))
  const {description} = hub.json('show', id).body
  assert.ok(description)
  hub.json('edit', id, '--set', 'tags:=["x"]', '--visibility', '{"/description": ["coordinators"], "/source/extra": [], "/references": []}', '--note', 'kept back')
  change(names[0], (r) => (r.summary = 'Changed at its source'))
  assert.equal(hub.import('osv', folder).updated, 1)
  const shown = JSON.stringify(hub.json('show', id, '--as', 'public'))
  assert.ok(!shown.includes('zqextra') && !shown.includes(JSON.stringify(description).slice(1, 40)), shown)
  assert.match(shown, /Changed at its source/)
  assert.equal(hub.json('show', id).body.description, description)
  // Shown again, all is there.
  hub.json('edit', id, '--set', 'tags:=["y"]', '--visibility', '{"/source/extra": ["public"]}', '--note', 'told again')
  const again = hub.json('show', id, '--as', 'public').body
  assert.ok(JSON.stringify(again).includes('zqextra'))
  assert.ok(again.references.length > 0)
  hub.check()
})

test('the same record in two files is taken once, and a contradiction is named', (t) => {
  const hub = makeHub(t), folder = makeFolder(t)
  mkdirSync(join(folder, 'a'))
  mkdirSync(join(folder, 'b'))
  const r = incident('twice')
  writeFileSync(join(folder, 'a/x.json'), JSON.stringify(r))
  writeFileSync(join(folder, 'b/x.json'), JSON.stringify(r))
  assert.deepEqual((({created, unchanged, rejected}) => [created, unchanged, rejected])(hub.import('polder', folder)), [1, 1, 0])
  writeFileSync(join(folder, 'b/x.json'), JSON.stringify(incident('twice', {title: 'Something else'})))
  const second = makeHub(t).import('polder', folder)
  assert.deepEqual([second.created, second.rejected], [1, 1])
  assert.match(second.rejections[0].reason, /twice stands in .* too/)
})

test('a record of one file that is wrong is named with its place, and the rest goes in', (t) => {
  const hub = makeHub(t)
  const file = hub.file('r.json', [incident('one'), incident('two', {title: 5}), {kind: 'nonsense', id: 'three', body: {}}, incident('four', {}, {state: 'nonsense'}), incident('five')])
  const r = hub.import('polder', file)
  assert.deepEqual([r.read, r.created, r.rejected], [5, 2, 3])
  for (const [i, words] of [[0, /two/], [1, /three/], [2, /four/]]) assert.match(r.rejections[i].path, words)
  assert.match(r.rejections[0].reason, /title/)
  assert.match(r.rejections[1].reason, /nonsense/)
  assert.match(r.rejections[2].reason, /nonsense/)
  assert.equal(hub.run('import', 'polder', file).status, 1)
})

test('threads make no difference', (t) => {
  const one = makeHub(t), many = makeHub(t)
  for (const [hub, threads] of [[one, '1'], [many, '16']])
    for (const [format, path] of sources.slice(0, 2)) hub.json('import', format, path, '--threads', threads)
  assert.deepEqual(links(one), links(many))
})
