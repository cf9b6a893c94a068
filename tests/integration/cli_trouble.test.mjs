// Trouble: bad input, killed processes, full disks, several at once. What was said to be saved is there, and nothing contradicts anything else.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {Hub, incident, makeFolder, makeHub, pause, polder, real, run, runLimited, start, starter} from './cli.mjs'

const formats = ['avid', 'aiid', 'atlas', 'osv', 'cve', 'csaf', 'polder']
const suffix = {aiid: '.csv', atlas: '.yaml'}
const root = process.getuid() === 0
// As somebody who may not do everything.
const asNobody = root ? {uid: 65534, gid: 65534} : {}

test('no file, whatever is in it, does more than being refused', (t) => {
  const hub = makeHub(t)
  hub.import('polder', hub.file('good.json', incident('good')))
  const deep = (open, close, n) => open.repeat(n) + close.repeat(n)
  const bad = {
    empty: '', blank: ' \n', nul: '\0', brace: '{', text: 'not JSON at all', number: '5', null: 'null', list: '[]', object: '{}', nothings: '[null, 5, "x", [], {}]',
    latin1: Buffer.from('{"id": "caf\xe9"}', 'latin1'), utf16: Buffer.from('\ufeff{"id": "x"}', 'utf16le'), bom: '\ufeff{"id": "x"}', surrogate: '{"id": "\\ud800"}',
    deep_array: deep('[', ']', 100_000), deep_object: deep('{"a":', '}', 50_000), twice: '{"id": 1, "id": 2}', huge_number: `{"id": ${'9'.repeat(5000)}}`, binary: Buffer.from(Array.from({length: 5000}, (_, i) => (i * 7919) % 256)),
    long_string: JSON.stringify({id: 'x'.repeat(1_000_000), kind: 'incident', body: {title: 'x'.repeat(1_000_000)}}), many_members: JSON.stringify(Object.fromEntries(Array.from({length: 20_000}, (_, i) => [`m${i}`, i]))),
    csv: 'a,b\n1,"2\n', yaml: 'a: &a [*a, *a]\nb: *c\n', tab: '\t- a\n  b: c', wrong_types: JSON.stringify({id: 5, kind: [], body: 'x', metadata: 5, cveMetadata: [], affects: 'x', document: {tracking: 5}, containers: 7}),
  }
  for (const format of formats) {
    const dir = join(hub.folder, format)
    mkdirSync(dir)
    for (const [name, content] of Object.entries(bad)) writeFileSync(join(dir, `${name}${suffix[format] ?? '.json'}`), content)
    // Together and one by one.
    const whole = hub.run('import', format, dir, '--json')
    assert.ok([0, 1].includes(whole.status), `${format}: ${whole.status} ${whole.stderr}`)
    for (const name of Object.keys(bad)) {
      const r = hub.run('import', format, join(dir, `${name}${suffix[format] ?? '.json'}`), '--json')
      assert.ok([0, 1].includes(r.status), `${format} ${name}: ${r.status} ${r.stdout}${r.stderr}`)
      const report = JSON.parse(r.stdout)
      if (r.status === 1 && report.rejections) for (const x of report.rejections) assert.ok(x.reason && x.path, JSON.stringify(x))
    }
  }
  assert.equal(hub.json('show', 'good').title, 'Incident good')
  hub.check()
})

test('a real file that was cut short anywhere is refused or read, and breaks nothing', (t) => {
  const hub = makeHub(t)
  for (const [format, path] of [['cve', join(real('cve'), readdirSync(real('cve')).find((x) => x.endsWith('.json')))], ['avid', join(real('avid', 'reports'), '2022')], ['osv', join(real('osv'), readdirSync(real('osv')).find((x) => x.endsWith('.json')))],
    ['csaf', join(real('csaf', 'mandatory'), 'oasis_csaf_tc-csaf_2_0-2021-6-1-01-11.json')], ['aiid', join(real('aiid'), 'incidents.csv')], ['atlas', join(real('atlas'), 'ATLAS.yaml')], ['polder', join(starter, 'lessons/lessons.json')]]) {
    const file = existsSync(path) && path.includes('.') && !path.endsWith('2022') ? path : spawnSync('find', [real(format), '-name', '*.json', '-type', 'f'], {encoding: 'utf8'}).stdout.split('\n')[0]
    const bytes = readFileSync(file)
    const dir = join(hub.folder, `cut-${format}`)
    mkdirSync(dir)
    for (let i = 0; i < 24; i++) writeFileSync(join(dir, `${i}${suffix[format] ?? '.json'}`), bytes.subarray(0, Math.floor((bytes.length * i) / 24)))
    for (const name of format === 'aiid' ? readdirSync(dir).slice(0, 6) : ['']) {
      const r = hub.run('import', format, join(dir, name), '--json')
      assert.ok([0, 1].includes(r.status), `${format}: ${r.status} ${r.stderr}`)
    }
  }
  hub.check()
})

test('what is no file is refused with its name', (t) => {
  const hub = makeHub(t), folder = makeFolder(t)
  mkdirSync(join(folder, 'empty'))
  mkdirSync(join(folder, 'a.json'))
  spawnSync('mkfifo', [join(folder, 'pipe.json')])
  for (const [path, words] of [[join(folder, 'missing'), /missing/], [join(folder, 'empty'), /no file that ends in/], [join(folder, 'a.json'), /no file that ends in/]]) {
    const e = hub.error(1, 'import', 'polder', path)
    assert.equal(e.code, 'not-found')
    assert.match(e.message, words)
  }
  for (const path of [join(folder, 'pipe.json'), '/dev/null', '/dev/zero']) {
    const r = hub.import('polder', path)
    assert.equal(r.rejected, 1, path)
    assert.equal(r.rejections[0].path, path)
  }
  const unreadable = hub.file('secret/x.json', incident('x'))
  chmodSync(unreadable, 0)
  if (!root) assert.equal(hub.import('polder', unreadable).rejected, 1)
  // A pipe that somebody writes into, as <(…) of a shell gives it.
  const piped = spawnSync('bash', ['-c', `"${polder}" import polder <(sleep 0.2; cat "$1") --hub "${hub.dir}"`, 'bash', hub.file('good.json', incident('good'))], {encoding: 'utf8'})
  assert.equal(piped.status, 0, piped.stdout + piped.stderr)
  const stdin = run(['import', 'polder', '-', '--hub', hub.dir], {input: JSON.stringify(incident('from-stdin'))})
  assert.equal(stdin.status, 0, stdin.stdout + stdin.stderr)
})

test('an unreadable file is named and the others go in', (t) => {
  const hub = makeHub(t)
  chmodSync(hub.folder, 0o755)
  spawnSync('chmod', ['-R', 'a+rwX', hub.dir])
  for (const name of ['a', 'b', 'c']) hub.file(`in/${name}.json`, incident(name))
  chmodSync(join(hub.folder, 'in'), 0o755)
  chmodSync(join(hub.folder, 'in/b.json'), 0)
  const r = run(['import', 'polder', join(hub.folder, 'in'), '--hub', hub.dir, '--json'], asNobody)
  assert.equal(r.status, 1, r.stderr)
  const report = JSON.parse(r.stdout)
  assert.equal(report.created, 2)
  assert.match(report.rejections[0].path, /b\.json$/)
  assert.match(report.rejections[0].reason, /^Permission denied$/)
})

test('killed at any moment, an import keeps what it had committed and is completed by the next', async (t) => {
  const hub = makeHub(t), whole = makeHub(t)
  const source = [['cve', real('cve')], ['avid', real('avid')], ['osv', real('osv')]]
  const takes = source.map(([format, path]) => {
    const began = Date.now()
    whole.import(format, path)
    return Date.now() - began
  })
  let before = 0, halfway = 0
  for (let i = 0; i < 50; i++) {
    const [format, path] = source[i % source.length]
    const {child, ended} = start(['import', format, path, '--hub', hub.dir])
    await pause(5 + takes[i % source.length] * ((i * 0.377) % 1))
    child.kill('SIGKILL')
    const {signal} = await ended
    const records = hub.sql('SELECT count(*) AS n FROM record')[0].n
    assert.ok(records >= before, `${records} of ${before} records after kill ${i}`)
    halfway += signal === 'SIGKILL' && records > before
    before = records
    if (i % 5 === 0) assert.equal(hub.check(), records)
    else assert.equal(hub.run('kinds').status, 0)
  }
  assert.ok(halfway > 0, 'no kill came between two commits')
  for (const [format, path] of source) assert.equal(hub.import(format, path).rejected, 0)
  for (const [format, path, n] of [['cve', source[0][1], 1500], ['avid', source[1][1], 653], ['osv', source[2][1], 500]]) assert.equal(hub.import(format, path).unchanged, n)
  hub.check()
  for (const table of ['record', 'link', 'public', 'name', 'awaited']) assert.deepEqual(hub.sql(`SELECT count(*) AS n FROM ${table}`), whole.sql(`SELECT count(*) AS n FROM ${table}`), table)
})

test('what a command said was done is there though the process is killed right after', (t) => {
  const hub = makeHub(t)
  for (let i = 0; i < 5; i++) {
    const r = spawnSync('sh', ['-c', `"${polder}" new organization --set name="Number ${i}" --set type=company --hub "${hub.dir}" | head -1; kill -9 $$`], {encoding: 'utf8'})
    assert.match(r.stdout, /was made/)
  }
  assert.equal(hub.json('list').items.length, 5)
  hub.check()
})

test('on a full disk nothing is lost, the error says so, and later it goes on', (t) => {
  const hub = makeHub(t)
  hub.import('polder', starter)
  hub.text('admin', 'check')
  const before = {records: hub.sql('SELECT count(*) AS n FROM record')[0].n, search: hub.json('search', 'deepfake')}
  const size = Math.max(...readdirSync(hub.dir).filter((x) => x.startsWith('hub.db')).map((x) => readFileSync(join(hub.dir, x)).length))
  for (const room of [size + 100_000, size - 100_000, 60_000, 512]) {
    const r = runLimited(room, ['import', 'cve', real('cve'), '--hub', hub.dir, '--json'])
    assert.equal(r.signal, null, `killed by ${r.signal} with ${room} bytes`)
    assert.equal(r.status, 3, `${room}: ${r.stdout}${r.stderr}`)
    assert.equal(JSON.parse(r.stdout.slice(r.stdout.indexOf('{'))).error.code, 'storage')
    hub.check()
    assert.ok(hub.sql('SELECT count(*) AS n FROM record')[0].n >= before.records)
  }
  const id = hub.json('new', 'organization', '--set', 'name=Example', '--set', 'type=company').id
  const large = hub.file('large.bin', Buffer.alloc(300_000))
  const attach = runLimited(100_000, ['attach', id, large, '--hub', hub.dir])
  assert.equal(attach.status, 3, attach.stderr)
  assert.equal(hub.json('show', id).files.length, 0)
  const files = readdirSync(join(hub.dir, 'files'), {recursive: true}).filter((x) => x.includes('tmp'))
  assert.deepEqual(files, [])
  const backup = runLimited(100_000, ['backup', join(hub.folder, 'copy'), '--hub', hub.dir])
  assert.equal(backup.status, 3, backup.stderr)
  assert.ok(!existsSync(join(hub.folder, 'copy')))
  const out = runLimited(2048, ['export', 'polder', '--all', '--out', join(hub.folder, 'out'), '--hub', hub.dir])
  assert.equal(out.status, 3, out.stdout + out.stderr)
  const init = runLimited(4096, ['init', join(hub.folder, 'new')])
  assert.equal(init.status, 3, init.stderr)
  assert.equal(run(['init', join(hub.folder, 'new')]).status, 0)
  // With room again all is well.
  hub.text('backup', join(hub.folder, 'copy'))
  hub.import('cve', real('cve'))
  assert.equal(hub.import('cve', real('cve')).unchanged, 1500)
  assert.ok(hub.json('search', 'deepfake').total >= before.search.total)
  hub.check()
})

test('two imports at once, while others search and a copy is made, give what one after the other gives', async (t) => {
  const hub = makeHub(t), calm = makeHub(t)
  const jobs = [['cve', real('cve')], ['avid', real('avid')], ['polder', starter]]
  const running = jobs.map(([format, path]) => start(['import', format, path, '--hub', hub.dir, '--json']).ended)
  let busy = true, searches = 0
  const reading = (async () => {
    while (busy) {
      const r = await start(['search', 'injection', '--hub', hub.dir, '--json']).ended
      assert.equal(r.status, 0, r.stdout + r.stderr)
      const found = JSON.parse(r.stdout)
      assert.equal(found.items.length, Math.min(10, found.total))
      searches++
    }
  })()
  const copying = (async () => {
    for (let i = 0; busy && i < 3; i++) {
      const copy = new Hub(hub.folder, `copy-${i}`)
      const r = await start(['backup', copy.dir, '--hub', hub.dir]).ended
      assert.equal(r.status, 0, r.stderr)
      copy.check()
      await pause(100)
    }
  })()
  for (const [i, ended] of (await Promise.all(running)).entries()) {
    assert.equal(ended.status, 0, `${jobs[i][0]}: ${ended.stdout}${ended.stderr}`)
    assert.equal(JSON.parse(ended.stdout).rejected, 0)
  }
  busy = false
  await Promise.all([reading, copying])
  assert.ok(searches > 0)
  hub.check()
  for (const [format, path] of jobs) assert.equal(calm.import(format, path).rejected, 0)
  for (const query of ['SELECT kind, count(*) AS n FROM record GROUP BY kind ORDER BY kind', 'SELECT rel, count(*) AS n FROM link GROUP BY rel ORDER BY rel', "SELECT count(*) AS n FROM name WHERE role = 'key'"])
    assert.deepEqual(hub.sql(query), calm.sql(query), query)
  assert.deepEqual(hub.sql("SELECT name, count(*) AS n FROM name WHERE role = 'key' GROUP BY name HAVING count(*) > 1"), [])
})

test('the same source imported by two at once goes in once', async (t) => {
  const hub = makeHub(t)
  const ended = await Promise.all([1, 2].map(() => start(['import', 'osv', real('osv'), '--hub', hub.dir, '--json']).ended))
  const reports = ended.map((r) => {
    assert.equal(r.status, 0, r.stdout + r.stderr)
    return JSON.parse(r.stdout)
  })
  assert.equal(reports[0].created + reports[1].created, 500)
  for (const r of reports) assert.deepEqual([r.read, r.rejected], [500, 0])
  assert.equal(hub.sql('SELECT count(*) AS n FROM origin')[0].n, 500)
  hub.check()
})

test('a hub that may only be read is refused with words, and a backup of it can be restored', (t) => {
  const hub = makeHub(t)
  hub.import('polder', starter)
  const copy = join(hub.folder, 'copy')
  hub.text('backup', copy)
  spawnSync('chmod', ['-R', 'a-w,a+rX', hub.dir, copy])
  spawnSync('chmod', ['a+rwx', hub.folder])
  t.after(() => spawnSync('chmod', ['-R', 'u+w', hub.folder]))
  const r = run(['new', 'organization', '--set', 'name=x', '--set', 'type=company', '--hub', hub.dir], asNobody)
  assert.equal(r.status, 3, r.stdout + r.stderr)
  assert.match(r.stderr, /read-only/)
  const again = new Hub(hub.folder, 'again')
  const restored = run(['restore', copy, again.dir], asNobody)
  assert.equal(restored.status, 0, restored.stderr)
  assert.equal(again.check(), 292)
})

test('a hub that was written by a newer polder is left alone', (t) => {
  const hub = makeHub(t)
  hub.sql("INSERT INTO migration (number, name, applied) VALUES (9999, 'from the future', 0)")
  for (const args of [['kinds'], ['search', 'x'], ['import', 'polder', starter], ['admin', 'check']]) {
    const e = hub.error(1, ...args)
    assert.equal(e.code, 'unsupported')
    assert.match(e.message, /newer/)
  }
})

test('a database that is none, or damaged, is told and not overwritten', (t) => {
  const hub = makeHub(t)
  hub.import('polder', starter)
  const file = join(hub.dir, 'hub.db'), bytes = readFileSync(file)
  writeFileSync(file, 'not a database, though it is long enough to be taken for the head of one: '.repeat(20))
  assert.equal(hub.error(3, 'kinds').code, 'corrupt')
  assert.match(readFileSync(file, 'utf8'), /^not a database/)
  for (const [from, to] of [[0.3, 0.5], [0.6, 0.9]]) {
    const damaged = Buffer.from(bytes)
    damaged.fill(0, Math.floor(bytes.length * from), Math.floor(bytes.length * to))
    writeFileSync(file, damaged)
    const r = hub.run('admin', 'check', '--json')
    assert.ok(r.status === 1 || r.status === 3, r.stdout + r.stderr)
    assert.equal(r.signal, null)
    for (const args of [['search', 'deepfake'], ['list'], ['show', 'CUE-0001'], ['import', 'polder', starter]]) {
      const q = hub.run(...args)
      assert.equal(q.signal, null, args.join(' '))
      assert.ok([0, 1, 3].includes(q.status))
    }
    assert.notEqual(hub.run('backup', join(hub.folder, `copy-${from}`)).status, 0)
  }
  writeFileSync(file, bytes)
  for (const more of ['hub.db-wal', 'hub.db-shm']) spawnSync('rm', ['-f', join(hub.dir, more)])
  hub.check()
})

test('a configuration or kind that is wrong is named with its file and place', (t) => {
  const hub = makeHub(t)
  const conf = join(hub.dir, 'polder.conf'), good = readFileSync(conf)
  for (const [text, words] of [['[hub]\nname = x\nprefix = TST\ncolour = red\n', /polder\.conf, line 4/], ['nonsense', /polder\.conf, line 1/], [Buffer.from('[hub]\nname = \xff\nprefix = TST\n', 'latin1'), /UTF-8/], [Buffer.alloc(2 << 20, 'x'), /polder\.conf/]]) {
    writeFileSync(conf, text)
    assert.match(hub.error(1, 'kinds').message, words)
  }
  writeFileSync(conf, good)
  for (const [name, text, words] of [['x', '{', /kinds\/x\.json, line 1/], ['y', '{"kind": "y"}', /kinds\/y\.json: .*title/], ['z', '{"kind": "other", "title": "Z"}', /kinds\/z\.json/]]) {
    const file = hub.file(`hub/kinds/${name}.json`, text)
    const e = hub.error(1, 'kinds')
    assert.match(e.message, words)
    const said = hub.run('kinds').stderr
    assert.equal(said.split(`${name}.json`).length, 2, said) // once
    spawnSync('rm', [file])
  }
  assert.equal(hub.run('kinds').status, 0)
})

test('many short commands at once on one hub all do their work', async (t) => {
  const hub = makeHub(t)
  const ended = await Promise.all(Array.from({length: 24}, (_, i) => start(['new', 'organization', '--set', `name=Number ${i}`, '--set', 'type=company', '--hub', hub.dir]).ended))
  for (const r of ended) assert.equal(r.status, 0, r.stderr)
  assert.equal(hub.json('list', '--limit', '200').items.length, 24)
  hub.check()
  cpSync(hub.dir, join(hub.folder, 'plain-copy'), {recursive: true})
  assert.equal(new Hub(hub.folder, 'plain-copy').check(), 24)
})
