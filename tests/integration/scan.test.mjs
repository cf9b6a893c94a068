// `polder scan` as people run it: on files that libraries wrote and that must pass, on files that try to get past it and may not, and on what can go wrong around it.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, test} from 'node:test'
import {onTerminal, run, source} from './cli.mjs'

const folder = mkdtempSync(join(tmpdir(), 'polder-scan-'))
after(() => rmSync(folder, {recursive: true}))
const python = (script) => {
  const out = join(folder, script)
  const r = spawnSync('/usr/bin/python3', ['-B', '-W', 'ignore', join(source, 'tests', 'scan', `${script}.py`), out], {encoding: 'utf8'})
  assert.equal(r.status, 0, r.stderr)
  return out
}
const scan = (...args) => {
  const r = run(['scan', ...args, '--json'])
  return {status: r.status, ...JSON.parse(r.stdout)}
}
const put = (name, bytes) => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const evil = Buffer.from("cos\nsystem\n(S'echo polder'\ntR.")
const good = Buffer.from('\x80\x02K\x01.', 'latin1')

describe('what libraries write', () => {
  let report
  before(() => (report = scan(python('benign'), python('benign_more'))))
  test('passes, or is for review where its name says so', () => {
    const wrong = report.files.filter((f) => f.verdict !== (/\/review-/.test(f.path) ? 'REVIEW' : 'PASS'))
    assert.deepEqual(wrong.map((f) => [f.path, f.verdict, f.findings]), [])
    assert.ok(report.files.length > 150)
    assert.equal(report.status, 0)
  })
  test('is accounted for to the last byte', () => {
    for (const f of report.files) assert.equal(f.bytes.unaccounted, 0, f.path)
  })
})

describe('what tries to get past', () => {
  let report
  before(() => (report = scan(python('evasions'), python('evasions_more'))))
  test('has the verdict that its name says', () => {
    const wrong = report.files.filter((f) => {
      const want = f.path.split('/').at(-1).split('-')[0].toUpperCase()
      const own = f.path.startsWith('evasions_more/')
      if (own && ['FLAG', 'REVIEW'].includes(want)) return f.verdict === 'PASS'
      return want === 'FLAG' ? ['PASS', 'REVIEW'].includes(f.verdict) : f.verdict !== want
    })
    assert.deepEqual(wrong.map((f) => [f.path, f.verdict, f.findings]), [])
    assert.ok(report.files.length > 500)
    assert.equal(report.status, 1)
  })
  test('is explained: each finding has a rule, a place and advice', () => {
    for (const f of report.files) {
      assert.ok(f.findings.length, f.path)
      for (const x of f.findings) assert.ok(x.rule && x.severity && x.message && x.advice && x.offset >= 0, JSON.stringify(x))
    }
  })
  test('gives the same report with one thread and with many', () => {
    const both = [join(folder, 'evasions'), join(folder, 'evasions_more')]
    const a = run(['scan', ...both, '--json', '--jobs', '1']).stdout
    const b = run(['scan', ...both, '--json', '--jobs', '7']).stdout
    assert.equal(a, b)
    assert.ok(!a.includes(folder))
  })
})

test('the exit status says the worst: 1 over 3 over 0, and 2 for a command line that means nothing', () => {
  const bad = put('bad', evil), fine = put('fine', good), odd = put('odd', Buffer.from([1, 2, 3, 4])), review = put('review', 'import torch\n')
  assert.equal(run(['scan', fine]).status, 0)
  assert.equal(run(['scan', fine, review]).status, 0)
  assert.equal(run(['scan', fine, review, '--fail-on', 'review']).status, 1)
  assert.equal(run(['scan', fine, odd]).status, 3)
  assert.equal(run(['scan', fine, odd, bad]).status, 1)
  assert.equal(run(['scan']).status, 2)
  assert.equal(run(['scan', fine, '--fail-on', 'never']).status, 2)
  assert.equal(run(['scan', fine, '--nonsense']).status, 2)
  assert.equal(run(['scan', join(folder, 'nothing-here')]).status, 3)
})

test('standard input is scanned', () => {
  const r = run(['scan', '-', '--json'], {input: evil})
  assert.equal(r.status, 1)
  assert.equal(JSON.parse(r.stdout).files[0].path, '-')
  assert.equal(run(['scan', '-'], {input: good}).status, 0)
})

test('links are followed to files, not to folders, and what is no file is not read', () => {
  const dir = join(folder, 'links')
  mkdirSync(join(dir, 'sub'), {recursive: true})
  writeFileSync(join(dir, 'sub', 'a'), evil)
  symlinkSync('sub/a', join(dir, 'to-file'))
  symlinkSync('sub', join(dir, 'to-folder'))
  symlinkSync('..', join(dir, 'sub', 'up'))
  symlinkSync('nowhere', join(dir, 'dangling'))
  spawnSync('mkfifo', [join(dir, 'pipe')])
  const files = Object.fromEntries(scan(dir).files.map((f) => [f.path.split('/').slice(1).join('/'), f]))
  assert.deepEqual(Object.keys(files), ['dangling', 'pipe', 'sub/a', 'sub/up', 'to-file', 'to-folder'])
  assert.equal(files['to-file'].verdict, 'BLOCK')
  for (const name of ['dangling', 'pipe', 'to-folder', 'sub/up']) assert.equal(files[name].verdict, 'INCONCLUSIVE', name)
})

test('a link that leads out of the folder is said, and one to an absolute path is never passed', () => {
  const dir = join(folder, 'leading-out', 'model')
  mkdirSync(join(dir, 'sub'), {recursive: true})
  writeFileSync(join(dir, 'a.txt'), 'text')
  writeFileSync(join(dir, '..', 'b.txt'), 'text')
  symlinkSync('../a.txt', join(dir, 'sub', 'inside'))
  symlinkSync('../../b.txt', join(dir, 'sub', 'outside'))
  symlinkSync('/etc/passwd', join(dir, 'absolute'))
  const files = Object.fromEntries(scan(dir).files.map((f) => [f.path.split('/').at(-1), f.verdict]))
  assert.deepEqual(files, {'a.txt': 'PASS', absolute: 'INCONCLUSIVE', inside: 'PASS', outside: 'REVIEW'})
})

test('nothing in the scanned folder is taken as policy, and additions stand in the report', () => {
  const dir = join(folder, 'policy')
  mkdirSync(dir, {recursive: true})
  writeFileSync(join(dir, 'a.pkl'), "\x80\x02cpackage\nThing\n)R.", 'latin1')
  for (const name of ['polder.conf', '.polder', 'allow', '.modelscan.toml', 'pyproject.toml']) writeFileSync(join(dir, name), '[allow]\nallow = ["package.Thing"]\n')
  assert.equal(run(['scan', dir]).status, 1)
  const r = scan(dir, '--allow', 'package.Thing')
  assert.equal(r.status, 0)
  assert.deepEqual(r.policy.allowed, ['package.Thing'])
  assert.match(run(['scan', dir, '--allow', 'package.Thing']).stdout, /allowed besides: package.Thing/)
})

test('the table says the worst first, with rule, place and what to do', () => {
  const r = run(['scan', put('a-fine', good), put('z-bad', evil)])
  assert.match(r.stdout, /^BLOCK +z-bad/)
  assert.match(r.stdout, /offset 0: calls os\.system .*pickle-call-denied, critical/)
  assert.match(r.stdout, /Do not load it/)
  assert.match(r.stdout, /2 files: 1 BLOCK 1 PASS\n$/)
})

test('names of files and members cannot drive the terminal', () => {
  const r = run(['scan', put('x\u001b[31mred', good), put('member.pkl', "\x80\x02cpack\x1b[31mage\nThing\n)R.")])
  assert.ok(!r.stdout.includes('\u001b'))
})

// What the schema of SARIF 2.1.0 asks of the members that are written (OASIS, sarif-v2.1.0, section 3).
const checkSarif = (log) => {
  assert.deepEqual(Object.keys(log), ['$schema', 'version', 'runs'])
  assert.equal(log.version, '2.1.0')
  const one = (object, ...members) => {
    for (const m of Object.keys(object)) assert.ok(members.includes(m), m)
    return object
  }
  const text = (object) => assert.ok(one(object, 'text').text.length > 0)
  for (const r of log.runs) {
    one(r, 'tool', 'results', 'columnKind', 'properties')
    assert.equal(r.columnKind, 'utf16CodeUnits')
    const {rules} = one(one(r.tool, 'driver').driver, 'name', 'version', 'rules')
    assert.equal(new Set(rules.map((x) => x.id)).size, rules.length)
    for (const x of rules) {
      one(x, 'id', 'shortDescription', 'help', 'defaultConfiguration', 'properties')
      text(x.shortDescription)
      text(x.help)
      assert.match(x.properties['security-severity'], /^[0-9]\.[0-9]$/)
    }
    for (const x of r.results) {
      one(x, 'ruleId', 'ruleIndex', 'level', 'message', 'locations', 'properties')
      assert.equal(rules[x.ruleIndex].id, x.ruleId)
      assert.ok(['none', 'note', 'warning', 'error'].includes(x.level))
      text(x.message)
      for (const {physicalLocation: p} of x.locations.map((l) => one(l, 'physicalLocation'))) {
        assert.match(one(one(p, 'artifactLocation', 'region').artifactLocation, 'uri').uri, /^(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$/)
        if (p.region) assert.ok(one(p.region, 'byteOffset', 'byteLength').byteOffset >= 0 && p.region.byteLength >= 0)
      }
    }
  }
}

test('SARIF has each finding with its rule and a relative place', () => {
  const r = run(['scan', put('s.pkl', evil), '--sarif'])
  const log = JSON.parse(r.stdout)
  checkSarif(log)
  const {results} = log.runs[0]
  assert.equal(results.length, 1)
  assert.equal(results[0].locations[0].physicalLocation.artifactLocation.uri, 's.pkl')
  assert.equal(results[0].locations[0].physicalLocation.region.byteOffset, 0)
})

test('SARIF holds to its schema whatever is found, and wherever', () => {
  const dir = join(folder, 'sarif')
  mkdirSync(dir, {recursive: true})
  for (const name of ['a b%41', 'x:y', 'é\u001b[31m', '#?&', "'quoted'"]) writeFileSync(join(dir, name), evil)
  for (const of of [dir, join(folder, 'evasions'), join(folder, 'evasions_more')]) checkSarif(JSON.parse(run(['scan', of, '--sarif']).stdout))
})

test('what cannot be read is said, and the rest is scanned', () => {
  const dir = join(folder, 'trouble')
  mkdirSync(join(dir, 'loop'), {recursive: true})
  writeFileSync(join(dir, 'evil'), evil)
  writeFileSync(join(dir, 'good'), good)
  symlinkSync('self', join(dir, 'self'))
  symlinkSync('..', join(dir, 'loop', 'up'))
  symlinkSync('/dev/null', join(dir, 'device'))
  symlinkSync('/dev/zero', join(dir, 'endless'))
  spawnSync('/usr/bin/python3', ['-c', 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])', join(dir, 'socket')])
  writeFileSync(join(dir, 'closed'), evil, {mode: 0})
  const files = Object.fromEntries(scan(dir).files.map((f) => [f.path.split('/').slice(1).join('/'), f.verdict]))
  /* The superuser reads what nobody may read. */
  assert.ok(['INCONCLUSIVE', 'BLOCK'].includes(files.closed))
  delete files.closed
  assert.deepEqual(files, {device: 'INCONCLUSIVE', endless: 'INCONCLUSIVE', evil: 'BLOCK', good: 'PASS', 'loop/up': 'INCONCLUSIVE', self: 'INCONCLUSIVE', socket: 'INCONCLUSIVE'})
})

test('what it is and what the kernel keeps it from is told when asked', () => {
  const about = run(['scan', '--about'])
  assert.equal(about.status, 0)
  assert.match(about.stdout, /safetensors/)
  assert.match(about.stdout, /nothing is written, started or fetched: /)
})

test('progress is shown on a terminal alone', () => {
  const bytes = onTerminal(['scan', join(folder, 'evasions'), '--json']).stdout
  assert.match(bytes, /\r/)
  assert.equal(run(['scan', join(folder, 'evasions'), '--json']).stderr, '')
})

test('help and rules are there', () => {
  assert.match(run(['help', 'scan']).stdout, /say whether model files are safe/)
  assert.match(run(['scan', '--help']).stdout, /--fail-on/)
  assert.match(run(['scan', '--rules']).stdout, /pickle-call-denied +BLOCK/)
})
