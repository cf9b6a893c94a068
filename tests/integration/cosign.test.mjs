// A hub whose log is cosigned: by witnesses that are what they should be, one that is dead, and some that lie; a hub that forks; and the change of the log's key.
import assert from 'node:assert/strict'
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import * as hubs from './hub.mjs'
import {checkpoint, proof, receiptLeaf, sha256} from './log.mjs'
import {lesson} from './operations.mjs'
import {nobody, person} from './people.mjs'
import {cosigned, liar, Witness} from './witness.mjs'

const eventually = (check, words) => hubs.eventually(check, words, 60_000)
const OVERLAP = 8
let hub, folder, one, two, dead, max, coco, key, liars
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polder-cosign-'))
  one = await new Witness(folder, 'one').serve()
  two = await new Witness(folder, 'two').serve()
  dead = new Witness(folder, 'dead')
  const other = new Witness(folder, 'other')
  liars = {
    /* A signature that is none of this text, under its own key ID. */
    wrong: await liar((request, response, body) => {
      const id = Buffer.from(names.wrong.vkey.split('+')[1], 'hex')
      response.end(`— wrong.example.org ${Buffer.concat([id, Buffer.alloc(72, 1)]).toString('base64')}\n`)
    }),
    another: await liar((request, response, body) => response.end(`— somebody.else ${Buffer.alloc(76, 2).toString('base64')}\n`)),
    sizes: await liar((request, response, body) => {
      const asked = Number(body.match(/^old (\d+)/)[1])
      response.writeHead(409, {'content-type': 'text/x.tlog.size'}).end(`${asked === 1 ? 2 : 1}\n`)
    }),
    ahead: await liar((request, response) => response.writeHead(409, {'content-type': 'text/x.tlog.size'}).end('99999999\n')),
    untyped: await liar((request, response) => response.writeHead(409, {'content-type': 'text/plain'}).end('1\n')),
    huge: await liar((request, response) => {
      const part = Buffer.alloc(1 << 16, 'x')
      const more = () => { while (!response.destroyed && response.write(part)); response.once('drain', more) }
      response.writeHead(200)
      more()
    }),
    silent: await liar(() => {}),
    page: await liar((request, response) => response.writeHead(500).end('<h1>\u0007broken</h1>\n')),
  }
  const names = Object.fromEntries(Object.keys(liars).map((name) => [name, new Witness(folder, name)]))
  const line = (vkey, url) => `witness = ${vkey}\n  ${url}\n`
  hub = await hubs.startHub({
    conf: `[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n[log]\nepoch = PT1S\noverlap = PT${OVERLAP}S\nquorum = 2\n` + line(one.vkey, one.url) + line(two.vkey, two.url) + line(dead.vkey, 'http://127.0.0.1:1') +
      Object.entries(liars).map(([name, server]) => line(names[name].vkey, server.url)).join(''),
  })
  max = person(hub, 'max', 'member')
  coco = person(hub, 'coco', 'coordinator')
  await eventually(async () => (await log()).size > 0, 'a first checkpoint')
  key = (await log()).keys[0]
  assert.ok(other.vkey)
})
after(async () => {
  await hub?.stop()
  for (const w of [one, two]) if (w?.process) await w.end()
  for (const server of Object.values(liars ?? {})) await server.stop()
  rmSync(folder, {recursive: true, force: true})
})

const log = async () => (await nobody(hub).done(200, 'GET', '/log')).body
const status = () => hub.polder('log', '--json')
const of = (s, name) => s.witnesses.items.find((w) => w.key.startsWith(`${name}.example.org+`))
async function published(title) {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title}))).body
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  return uid
}
async function proved(uid, enough = () => true) {
  let receipt
  await eventually(async () => (receipt = (await max.done(200, 'GET', `/records/${uid}/receipts/0`)).body).proof && enough(receipt), `a proof for ${uid}`)
  return receipt
}
const check = (receipt, ...options) => {
  const r = run(['receipt', 'check', hub.file('check.json', receipt), '--json', ...options])
  return {...JSON.parse(r.stdout), status: r.status}
}

test('the log is published without anybody\'s cosignature, and says that it is', async () => {
  const s = await log()
  assert.equal(s.witnesses.quorum, 2)
  assert.equal(s.witnesses.holds, false)
  assert.equal(s.witnesses.size, 0)
  assert.equal(s.witnesses.items.length, 11)
  assert.equal((await hub.get('/log/checkpoint.cosigned')).status, 404)
  assert.match((await hub.get('/log')).text, /wants 2 of these witnesses to cosign the log, and so many did not yet/)
  await eventually(async () => /does not know the log/.test(of(status(), 'one').failed ?? ''), 'what the witness says')
})

test('witnesses that know it cosign, and enough of them are enough', async () => {
  one.add(key)
  two.add(key)
  await published('Cosigned')
  await eventually(async () => (await log()).witnesses.size > 0, 'enough cosignatures')
  const kept = (await hub.get('/log/checkpoint.cosigned')).text
  const {size} = checkpoint(kept, key), text = kept.slice(0, kept.indexOf('\n\n') + 1)
  for (const w of [one, two]) assert.ok(Math.abs(cosigned(text, kept, w.vkey) - Date.now() / 1000) < 120)
  assert.ok(size > 0)
  const s = status()
  for (const name of ['one', 'two']) assert.ok(of(s, name).size >= size && !of(s, name).failed)
  assert.match(hub.polder('log'), /Witnesses +\d of 11 cosigned what was signed last; the hub wants 2: /)
  const page = (await hub.get('/log')).text
  assert.match(page, /one\.example\.org<\/a><\/strong>\s*<span class="note">cosigned (the newest|an older) state/)
  assert.equal(one.list()[0].origin, key.split('+')[0])
})

test('a receipt carries a checkpoint that enough cosigned, and says by how many', async () => {
  const uid = await published('Witnessed')
  const receipt = await proved(uid, (r) => r.proof.includes('— one.example.org ') && r.proof.includes('— two.example.org '))
  assert.equal(proof(receipt.proof, sha256(Buffer.alloc(1), receiptLeaf(receipt)), key).size > 0, true)
  const checked = check(receipt, '--key', key, '--witness', one.vkey, '--witness', two.vkey, '--witness', dead.vkey)
  assert.deepEqual([checked.status, checked.good, checked.witnesses], [0, true, 2])
  const altered = {...receipt, proof: receipt.proof.replace(/(— one\.example\.org .{30})(.)/, (all, begin, c) => begin + (c === 'A' ? 'B' : 'A'))}
  assert.equal(check(altered, '--key', key, '--witness', one.vkey).status, 1)
  const told = (await nobody(hub).done(200, 'POST', '/log/check', receipt)).body
  assert.equal(told.witnesses, 2)
})

test('what lies, is dead or never answers costs nothing but its own cosignature', async () => {
  const words = {
    dead: /connect/i, wrong: /no cosignature by a known witness/, another: /no cosignature by a known witness/, sizes: /another size each time|says it again/,
    ahead: /99999999 leaves of this log, and fewer were signed here/, untyped: /without the size that it knows/, huge: /larger than 1 MB|in time/, silent: /timed out|in time/i, page: /answered 500: <h1>.broken/,
  }
  for (const [name, expected] of Object.entries(words)) await eventually(async () => expected.test(of(status(), name).failed ?? ''), `${name}: ${of(status(), name).failed}`)
  const s = status()
  assert.ok(Object.keys(words).every((name) => !of(s, name).size))
  assert.ok(of(s, 'ahead').refused && !of(s, 'wrong').refused)
  assert.match(hub.polder('log'), /ahead\.example\.org: it knows another history of this log: /)
  /* What one of them said is not everybody's business, besides that. */
  const all = await log()
  assert.ok(all.witnesses.items.every((w) => w.failed === undefined))
  assert.ok(of(all, 'ahead').refused)
  assert.match((await hub.get('/log')).text, /It says that it knows another history of this log/)
  /* The log goes on meanwhile: something new is signed and cosigned within seconds. */
  const began = Date.now()
  await proved(await published('Not held up'), (r) => r.proof.includes('— two.example.org '))
  assert.ok(Date.now() - began < 30_000)
  assert.ok(liars.silent.asked > 0 && liars.silent.asked < 40)
})

test('a hub that is ended does not wait for who never answers, and remembers what each knew', async () => {
  const began = Date.now()
  await hub.end()
  assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`)
  /* Without those who lie: one after the other, by hand. */
  const path = join(hub.dir, 'polder.conf'), conf = readFileSync(path, 'utf8'), lines = conf.split('\n')
  const first = lines.findIndex((line) => line.startsWith(`witness = ${two.vkey}`))
  writeFileSync(path, lines.slice(0, first + 2).join('\n') + '\n')
  const {signed} = JSON.parse(run(['log', '--json', '--hub', hub.dir]).stdout)
  const asked = run(['log', 'cosign', '--json', '--hub', hub.dir])
  writeFileSync(path, conf)
  const by = JSON.parse(asked.stdout)
  assert.deepEqual([asked.status, by.witnesses.holds, by.witnesses.size, by.witnesses.items.map((w) => w.newest)], [0, true, by.signed_size, [true, true]])
  assert.equal(one.list()[0].size, by.signed_size)
  assert.equal(by.signed, signed) /* a cosignature does not make it newer */
  const known = one.list()[0].size, errors = one.errors.length
  await hub.serve(hub.port)
  await published('After the pause')
  await eventually(async () => one.list()[0].size > known, 'a new cosignature')
  await eventually(async () => / POST \/add-checkpoint 200 /.test(one.errors.slice(errors)), 'a line in the log of the witness')
  assert.doesNotMatch(one.errors.slice(errors), / POST \/add-checkpoint 409 /)
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('a witness that is killed and comes back goes on', async () => {
  await one.end('SIGKILL')
  await proved(await published('While it is dead'))
  await one.serve()
  const uid = await published('When it is back')
  await proved(uid, (r) => r.proof.includes('— one.example.org '))
})

test('a hub that forks gets no cosignature for its second history, and says so', async () => {
  await hub.end()
  const twin = join(folder, 'twin'), dir = hub.dir, port = hub.port
  cpSync(dir, twin, {recursive: true})
  await hub.serve(port)
  await proved(await published('In the one history'), (r) => r.proof.includes('— one.example.org ') && r.proof.includes('— two.example.org '))
  const before = (await log()).witnesses.size
  await hub.end()
  hub.dir = twin
  await hub.serve(port)
  await published('In the other history')
  await eventually(async () => of(status(), 'one').refused && of(status(), 'two').refused, 'both refuse')
  await eventually(async () => (await log()).size > before + 2, 'the other history is longer')
  await eventually(async () => /does not go on from what it saw|another tree of the same size/.test(of(status(), 'one').failed), 'the proof is refused')
  assert.match(hub.polder('log'), /one\.example\.org: it knows another history of this log/)
  const forked = await log()
  assert.ok(of(forked, 'one').refused)
  assert.equal(forked.witnesses.holds, false)
  assert.ok(forked.witnesses.size <= before)
  await hub.end()
  hub.dir = dir
  await hub.serve(port)
  await proved(await published('The one history goes on'), (r) => r.proof.includes('— one.example.org '))
  assert.equal(of(status(), 'one').refused, undefined)
})

test('a cosigned checkpoint that is of another history is found by a mirror and by verifying', async () => {
  const size = Number(readFileSync(join(folder, 'twin/log/checkpoint'), 'utf8').split('\n')[1])
  await eventually(async () => (await log()).size > size, 'the one history is the longer one')
  const path = join(hub.dir, 'polder.conf'), kept = join(hub.dir, 'log/checkpoint.cosigned'), conf = readFileSync(path, 'utf8'), right = readFileSync(kept)
  const copy = join(folder, 'deceived'), url = `http://${hub.host}:${hub.port}/`
  assert.equal(run(['mirror', url, copy]).status, 0)
  await hub.end()
  writeFileSync(path, conf.split('quorum = 2')[0])
  writeFileSync(kept, readFileSync(join(folder, 'twin/log/checkpoint')))
  await hub.serve(hub.port)
  const r = run(['mirror', url, copy, '--json'])
  assert.equal(r.status, 1, r.stderr)
  const {forked, evidence} = JSON.parse(r.stdout)
  assert.ok(forked && existsSync(join(evidence, 'checkpoint-here')))
  assert.deepEqual(readFileSync(join(evidence, 'checkpoint-there')), readFileSync(kept))
  const verified = JSON.parse(run(['verify', '--json', '--hub', hub.dir]).stdout)
  assert.ok(verified.findings.length > 0)
  await hub.end()
  writeFileSync(path, conf)
  writeFileSync(kept, right)
  await hub.serve(hub.port)
  assert.equal(run(['mirror', url, copy]).status, 0)
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('the log\'s key is changed: mirrors and witnesses follow, and a receipt of before holds', async () => {
  const copy = join(folder, 'mirror'), url = `http://${hub.host}:${hub.port}/`
  const mirror = (...more) => {
    const r = run(['mirror', url, copy, '--json', ...more])
    return {status: r.status, ...JSON.parse(r.stdout)}
  }
  const uid = await published('Before')
  const receipt = await proved(uid)
  assert.equal(mirror('--key', key).status, 0)
  assert.match(readFileSync(join(copy, 'log/checkpoint.cosigned'), 'utf8'), /\n— one\.example\.org /)
  const shown = hub.polder('log', 'key', 'rotate', '--json')
  assert.equal(shown.signs_too, key)
  assert.notEqual(shown.key, key)
  assert.match((await hub.get('/log')).text, /Key before<\/dt>[^]*signs, too, until/)
  const again = run(['log', 'key', 'rotate', '--hub', hub.dir])
  assert.equal(again.status, 1)
  assert.match(again.stderr, /signs until/)
  /* The witnesses know the old key alone, and both sign. */
  await proved(await published('While both sign'), (r) => r.proof.includes('— one.example.org ') && r.promise && r.hub.key === shown.key)
  for (const w of [one, two]) w.add(shown.key)
  const both = (await hub.get('/log/checkpoint')).text
  assert.equal(checkpoint(both.split('\n').filter((l) => !l.startsWith(`— ${key.split('+')[0]} `) || Buffer.from(l.split(' ')[2], 'base64').subarray(0, 4).toString('hex') === key.split('+')[1]).join('\n'), key).size > 0, true)
  const followed = mirror()
  assert.deepEqual([followed.status, followed.key, followed.replaced], [0, shown.key, key])
  assert.deepEqual(JSON.parse(readFileSync(join(copy, 'mirror.json'), 'utf8')).before, [key])
  await new Promise((done) => setTimeout(done, OVERLAP * 1000))
  await proved(await published('After it'), (r) => r.proof.includes('— one.example.org '))
  await eventually(async () => !existsSync(join(hub.dir, 'log.key.old')), 'the old key is gone')
  const alone = (await hub.get('/log/checkpoint')).text
  assert.equal(checkpoint(alone, shown.key).size > 0, true)
  assert.equal(mirror().status, 0)
  assert.deepEqual([check(receipt, '--key', key).status, check(receipt, '--key', shown.key).status], [0, 1])
  assert.equal(check((await max.done(200, 'GET', `/records/${uid}/receipts/0`)).body, '--key', shown.key).status, 0)
  assert.deepEqual((await log()).keys, [shown.key, key])
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('settings that can\'t be are refused in words', () => {
  const path = join(hub.dir, 'polder.conf'), before = readFileSync(path, 'utf8')
  const refused = (conf, words) => {
    writeFileSync(path, `${before}\n[log]\n${conf}`)
    const r = run(['log', '--hub', hub.dir])
    writeFileSync(path, before)
    assert.equal(r.status, 1, r.stdout)
    assert.match(r.stderr, words)
  }
  refused('quorum = 12\n', /quorum: there are not so many witnesses/)
  refused('quorum = 99\n', /there is no setting \[log\] quorum/)
  refused(`witness = ${key} https://x.example.org/\n`, /no key of a witness/)
  refused(`witness = ${one.vkey} https://x.example.org/\n`, /stands there twice/)
  refused('witness = nonsense https://x.example.org/\n', /\[log\] witness/)
  refused('overlap = P9Y\n', /there is no setting \[log\] overlap/)
  const fresh = new Witness(folder, 'fresh')
  refused(`witness = ${fresh.vkey}\n`, /behind the key stands where the witness is asked/)
  refused(`witness = ${fresh.vkey} gopher://x/\n`, /behind the key stands where/)
})
