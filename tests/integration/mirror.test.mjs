// Copies of a hub's log: whole, brought up to date, made of a copy, after an erasure; and a hub that shows two histories, or whose data were changed behind its back.
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {appendFileSync, cpSync, createReadStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {eventually, startHub} from './hub.mjs'
import {projectionRoot, saidCommitment} from './log.mjs'
import {lesson} from './operations.mjs'
import {nobody, person} from './people.mjs'

let hub, max, coco, folder, copy
before(async () => {
  hub = await startHub({conf: '[log]\nepoch = PT1S\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n'})
  max = person(hub, 'max', 'member')
  coco = person(hub, 'coco', 'coordinator')
  folder = mkdtempSync(join(tmpdir(), 'polder-mirror-'))
  copy = join(folder, 'copy')
})
after(async () => {
  await hub?.stop()
  if (folder) rmSync(folder, {recursive: true, force: true})
})

const url = () => `http://${hub.host}:${hub.port}/`
const size = async () => (await nobody(hub).get('/log')).body.size
async function published(title) {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title}))).body
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  await eventually(async () => (await nobody(hub).done(200, 'GET', `/records/${uid}/log`)).body.items.length > 0, `a statement of ${uid}`, 60_000)
  return uid
}
function mirror(from = url(), to = copy, status = 0, ...more) {
  const r = run(['mirror', from, to, '--json', ...more])
  assert.equal(r.status, status, r.stdout + r.stderr)
  return status <= 1 && r.stdout.startsWith('{') ? JSON.parse(r.stdout) : r
}
function failed(from, to) {
  const r = run(['mirror', from, to, '--json'])
  return JSON.parse(r.stdout || r.stderr).error
}
const recordFile = (uid, dir = copy) => join(dir, 'log/records', uid)

test('a copy is made, and brought up to date with what is new alone', async () => {
  const one = await published('One')
  const first = mirror()
  assert.equal(first.first, true)
  assert.ok(first.size >= 3 && first.old_size === 0)
  assert.equal(first.records, 1)
  assert.equal(JSON.parse(readFileSync(recordFile(one), 'utf8')).body.title, 'One')
  const two = await published('Two')
  const next = mirror()
  assert.equal(next.first, false)
  assert.equal(next.old_size, first.size)
  assert.deepEqual([next.fetched, next.records], [1, 2])
  assert.ok(existsSync(recordFile(two)))
})

test('a copy can be made of a copy that any web server hands out', async () => {
  const server = http.createServer((request, response) => {
    const path = join(copy, decodeURIComponent(request.url))
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end()
    createReadStream(path).pipe(response)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const again = join(folder, 'again')
  const {key} = JSON.parse(readFileSync(join(copy, 'mirror.json'), 'utf8'))
  const program = join(process.env.POLDER_BUILD ?? 'build', 'polder-hub')
  const ended = await new Promise((done) => spawn(program, ['mirror', `http://127.0.0.1:${server.address().port}/`, again, '--key', key], {stdio: 'ignore'}).on('exit', done))
  server.close()
  assert.equal(ended, 0)
  assert.deepEqual(readFileSync(join(again, 'log/checkpoint')), readFileSync(join(copy, 'log/checkpoint')))
  assert.equal(readdirSync(join(again, 'log/records')).length, 2)
})

test('another key is refused, and so is a copy that was damaged', async () => {
  mirror(url(), copy, 1, '--key', 'not a key')
  const {key} = JSON.parse(readFileSync(join(copy, 'mirror.json'), 'utf8'))
  const other = mirror(url(), join(folder, 'other'), 1, '--key', key.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')))
  assert.ok(!existsSync(join(folder, 'other', 'log/checkpoint')), JSON.stringify(other))
  await published('Three')
  const bad = join(folder, 'bad')
  cpSync(copy, bad, {recursive: true})
  const bundle = join(bad, 'log/tile/entries')
  for (const name of readdirSync(bundle)) {
    const files = name.endsWith('.p') ? readdirSync(join(bundle, name)).map((one) => join(bundle, name, one)) : [join(bundle, name)]
    for (const file of files) {
      const bytes = readFileSync(file)
      bytes[10] ^= 1
      writeFileSync(file, bytes)
    }
  }
  assert.match(failed(url(), bad).message, /damaged/)
  mirror()
})

test('what the hub erases goes from the copy too', async () => {
  const uid = await published('Gone')
  mirror()
  assert.ok(existsSync(recordFile(uid)))
  hub.polder('erase', uid, '--reason', 'the person asked', '--basis', 'GDPR Art. 17')
  await eventually(async () => (await size()) > 0 && mirror().removed === 1, 'the tombstone', 60_000)
  assert.ok(!existsSync(recordFile(uid)))
  const said = readdirSync(join(copy, 'log/statements')).map((name) => readFileSync(join(copy, 'log/statements', name), 'utf8')).join('')
  const of = said.split('\n').filter((line) => line.includes(uid))
  assert.equal(of.length, 1)
  assert.equal(JSON.parse(of[0]).statement.type, 'tombstone')
  assert.equal(JSON.parse(of[0]).statement.basis, 'GDPR Art. 17')
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

const saidThere = (uid) => readdirSync(join(copy, 'log/statements')).map((name) => readFileSync(join(copy, 'log/statements', name), 'utf8')).join('')
  .split('\n').filter((line) => line.includes(uid)).map((line) => JSON.parse(line))

test('a field that the hub erases goes from the copy, which holds nothing to try with what it said', async () => {
  const uid = await published('Without its words')
  mirror()
  assert.match(readFileSync(recordFile(uid), 'utf8'), /Without its words/)
  assert.ok(saidThere(uid)[0].fields_seed)
  hub.polder('erase', uid, '--field', '/title', '--reason', 'the person asked', '--basis', 'GDPR Art. 17')
  await eventually(async () => (await size()) > 0 && mirror() && saidThere(uid).length === 2, 'the tombstone', 60_000)
  const [before, after] = saidThere(uid)
  assert.equal(before.fields_seed, undefined)
  assert.deepEqual(after.statement.fields, ['title'])
  assert.equal(after.statement.type, 'tombstone')
  const {body} = JSON.parse(readFileSync(recordFile(uid), 'utf8'))
  assert.equal(body.title, '[erased]')
  assert.equal(projectionRoot(body, after.fields_seed).toString('hex'), after.statement.root)
  for (const said of [before, after]) assert.equal(saidCommitment(said).toString('hex'), said.commitment)
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})

test('a copy holds what was revealed, and loses of it what is erased', async () => {
  const {uid} = (await max.done(201, 'POST', '/records', lesson({title: 'Shown later'}))).body
  await eventually(async () => (await max.done(200, 'GET', `/records/${uid}/receipts`)).body.items[0]?.leaf >= 0, 'the draft in the log', 60_000)
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  await max.done(200, 'POST', `/records/${uid}/reveals`, {revision: 1, fields: ['title', 'lesson']})
  const one = await eventually(async () => (await nobody(hub).done(200, 'GET', `/records/${uid}/reveals`)).body.items.find((v) => v.leaf >= 0), 'the reveal', 60_000)
  mirror()
  const file = join(copy, `log/revealed/${one.leaf}`)
  const shown = () => JSON.parse(readFileSync(file, 'utf8')).fields.filter((f) => f.name).map((f) => f.name)
  assert.deepEqual(shown(), ['lesson', 'title'])
  hub.polder('erase', uid, '--field', '/title', '--reason', 'asked', '--basis', 'GDPR Art. 17')
  await eventually(async () => (await size()) > 0 && mirror() && saidThere(uid).length === 3, 'the tombstone', 60_000)
  assert.deepEqual(shown(), ['lesson'])
  assert.ok(!readFileSync(file, 'utf8').includes('Shown later'))
  hub.polder('erase', uid, '--reason', 'asked')
  await eventually(async () => (await size()) > 0 && mirror() && saidThere(uid).length === 1, 'the second tombstone', 60_000)
  assert.ok(!existsSync(file))
})

test('two histories are seen, proved and kept; what was here stays', async () => {
  mirror()
  await hub.end()
  const twin = join(folder, 'twin')
  cpSync(hub.dir, twin, {recursive: true})
  await hub.serve(hub.port)
  await published('In the one history')
  const here = mirror()
  const port = hub.port, dir = hub.dir
  await hub.end()
  hub.dir = twin
  await hub.serve(port)
  for (const title of ['In the other history', 'and more of it', 'and more']) await published(title)
  await eventually(async () => (await size()) > here.size, 'a longer log', 60_000)
  const forked = mirror(url(), copy, 1)
  assert.equal(forked.forked, true)
  assert.ok(existsSync(join(forked.evidence, 'checkpoint-here')) && existsSync(join(forked.evidence, 'checkpoint-there')))
  assert.match(readFileSync(join(copy, 'log/checkpoint'), 'utf8'), new RegExp(`\n${here.size}\n`))
  await hub.end()
  hub.dir = dir
  await hub.serve(port)
  assert.equal(mirror().forked, false)
})

test('whatever is changed behind the hub\'s back is found by verifying', async () => {
  await published('Watched')
  await hub.end()
  const findings = (change) => {
    const dir = join(folder, 'tampered')
    cpSync(hub.dir, dir, {recursive: true})
    change(dir)
    const r = spawnSync(join(process.env.POLDER_BUILD ?? 'build', 'polder-hub'), ['verify', '--json', '--hub', dir], {encoding: 'utf8'})
    rmSync(dir, {recursive: true, force: true})
    return r.status === 1 ? JSON.parse(r.stdout).findings : r.status === 0 ? [] : [`${r.stderr}`]
  }
  assert.deepEqual(findings(() => {}), [])
  const flips = (name) => (dir) => {
    const path = join(dir, 'log', name), bytes = readFileSync(path)
    bytes[Math.floor(bytes.length / 2)] ^= 1
    writeFileSync(path, bytes)
  }
  const walk = (below) => readdirSync(join(hub.dir, 'log', below), {withFileTypes: true}).flatMap((one) => (one.isDirectory() ? walk(join(below, one.name)) : [join(below, one.name)]))
  const newest = readFileSync(join(hub.dir, 'log/checkpoint'), 'utf8').split('\n')[1]
  assert.ok(findings(flips('checkpoint')).length > 0)
  for (const name of walk('tile').filter((one) => !/\.p\//.test(one) || one.endsWith(`.p/${Number(newest) % 256}`))) assert.ok(findings(flips(name)).length > 0, name)
  assert.ok(findings((dir) => appendFileSync(join(dir, 'log/checkpoint'), 'x')).length > 0)
  await hub.serve(hub.port)
})
