// A mirror that is shown: read and searched like the hub, said to be a copy on each page, and nothing of it can be changed. A copy is made of it, what comes to the mirror shows, and
// a damaged one shows nothing.
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {addresses, close, each, knowing} from './crawler.mjs'
import {eventually, startHub, starter, tags, unescaped} from './hub.mjs'

const program = join(process.env.POLDER_BUILD ?? 'build', 'polder-hub')
let hub, folder, mirror, view
const conf = (url) => `[hub]\nurl = ${url}\n[log]\nepoch = PT1S\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n`

// A program that serves a mirror, with what tests ask of hubs.
async function serve(dir) {
  const process = spawn(program, ['serve', '--mirror', dir, '--listen', '127.0.0.1:0'], {stdio: ['ignore', 'pipe', 'pipe']})
  const one = {process, host: '127.0.0.1', errors: ''}
  one.ended = new Promise((done) => process.on('exit', done))
  process.stderr.on('data', (bytes) => (one.errors += bytes))
  await new Promise((done, failed) => {
    process.stdout.on('data', (bytes) => {
      const at = `${bytes}`.match(/Listening on http:\/\/[\d.]+:(\d+)/)
      if (at) done((one.port = Number(at[1])))
    })
    one.ended.then((status) => failed(new Error(`ended with ${status}: ${one.errors}`)))
  })
  one.get = (path, method = 'GET', headers = {}, body) => new Promise((done, failed) => {
    http.request({host: one.host, port: one.port, path, method, headers: {accept: path.startsWith('/api') ? 'application/json' : 'text/html', ...headers}, agent: false}, (r) => {
      const parts = []
      r.on('data', (part) => parts.push(part))
      r.on('end', () => done({status: r.statusCode, headers: r.headers, text: Buffer.concat(parts).toString('utf8')}))
    }).on('error', failed).end(body)
  })
  one.stop = () => (process.exitCode === null && process.kill('SIGTERM'), one.ended)
  return one
}
const copy = (from, to, ...more) => run(['mirror', from, to, '--json', ...more])
const signed = async () => Number((await hub.get('/log/checkpoint')).text.split('\n')[1] ?? 0)

before(async () => {
  hub = await startHub({conf, import: [starter]})
  folder = mkdtempSync(join(tmpdir(), 'polder-serve-mirror-'))
  mirror = join(folder, 'mirror')
  await eventually(async () => (await signed()) > 290, 'the log', 60_000)
  assert.equal(copy(`http://127.0.0.1:${hub.port}`, mirror).status, 0)
  view = await serve(mirror)
})
after(async () => {
  await view?.stop()
  await hub?.stop()
  close()
  if (folder) rmSync(folder, {recursive: true, force: true})
})

test('what the hub has is there, by the same numbers and names', async () => {
  const list = async (of) => JSON.parse((await of('/api/v1/records?limit=200')).text).items
  const there = await list((path) => hub.get(path, {accept: 'application/json'})), here = await list(view.get)
  assert.equal(here.length, there.length)
  for (const one of here) {
    const same = JSON.parse((await hub.get(`/api/v1/records/${one.uid}`, {accept: 'application/json'})).text)
    assert.deepEqual([one.id, one.kind, one.state, one.title], [same.id, same.kind, same.state, same.title])
    assert.deepEqual(JSON.parse((await view.get(`/api/v1/records/${one.uid}`)).text).body, same.body)
  }
  assert.equal((await view.get('/r/CUE-0026')).status, 200)
  assert.match((await view.get('/search?q=deepfake')).text, /<mark>/)
  const tree = (await view.get('/cue')).text
  assert.match(tree, /CUE-0001/)
})

test('each page says that it is a copy, and of what', async () => {
  for (const path of ['/', '/browse/incidents', '/r/CUE-0026', '/search?q=fraud', '/log', '/r/CUE-0026/log', '/kinds', '/no-such-page']) {
    const page = unescaped((await view.get(path)).text)
    assert.match(page, new RegExp(`A copy of\\s+<a href="http://127.0.0.1:${hub.port}"[^>]*>127.0.0.1:${hub.port}</a>\\s+as of <time`), path)
    const links = tags(page).filter((tag) => tag.name === 'a').map((tag) => tag.attributes.href)
    assert.ok(!links.some((href) => /^\/(report|sign-in|receipt|statistics|disputes)\b/.test(href)), `${path}: ${links}`)
  }
  assert.match((await view.get('/r/CUE-0026')).text, new RegExp(`<link rel="canonical" href="http://127.0.0.1:${hub.port}/r/CUE-0026">`))
})

test('every address answers whoever comes by, and no link leads nowhere', async () => {
  const ids = JSON.parse((await view.get('/api/v1/records?limit=3')).text).items.map((one) => one.uid)
  const routes = hub.polder('admin', 'routes', '--json'), kinds = hub.polder('kinds', '--json')
  const known = knowing({ids}, {kinds: Array.isArray(kinds) ? kinds : kinds.items, tables: ['ssvc-supplier'], acts: ['triage.decide']})
  known.any.leaf ??= ['0', '1']
  const seen = new Set()
  await each(view, addresses(routes, known).map((path) => ({path})), (answer) => {
    assert.ok(answer.status < 500, `${answer.path}: ${answer.status} ${answer.text.slice(0, 300)}`)
    if (answer.status === 200 && /html/.test(answer.headers['content-type'])) for (const {name, attributes} of tags(answer.text)) if (name === 'a' && attributes.href?.startsWith('/')) seen.add(attributes.href.split('#')[0])
  })
  const wrong = []
  await each(view, [...seen].map((path) => ({path})), (answer) => answer.status >= 400 && wrong.push(`${answer.path} ${answer.status}`))
  assert.deepEqual(wrong, [])
})

test('whatever would change something is refused, in a sentence', async () => {
  const routes = hub.polder('admin', 'routes', '--json').filter((route) => route.method !== 'GET')
  assert.ok(routes.length > 80)
  const uid = JSON.parse((await view.get('/api/v1/records?limit=1')).text).items[0].uid
  for (const {method, path} of routes) {
    const filled = path.replace('{id}', uid).replace(/\{[^}]*\}/g, '1'), api = path.startsWith('/api')
    const headers = api ? {'content-type': 'application/json'} : {'content-type': 'application/x-www-form-urlencoded', origin: `http://127.0.0.1:${view.port}`}
    const answer = await view.get(filled, method, headers, api ? '{}' : 'login=x&password=y')
    assert.ok([403, 405].includes(answer.status), `${method} ${filled}: ${answer.status} ${answer.text.slice(0, 200)}`)
    assert.match(unescaped(answer.text), /a copy of 127\.0\.0\.1:\d+|not allowed/i, `${method} ${filled}`)
  }
  for (const path of ['/report', '/sign-in', '/statistics', '/api/v1/statistics', '/hubs', '/api/v1/hubs', '/desk', '/admin', '/inbox', '/api/v1/me']) assert.equal((await view.get(path)).status, 403, path)
  const again = JSON.parse((await view.get('/api/v1/records?limit=1')).text)
  assert.equal(again.items[0].uid, uid)
})

test('the log is the mirror\'s, and a copy is made of the copy', async () => {
  const second = join(folder, 'second')
  const {key} = JSON.parse(readFileSync(join(mirror, 'mirror.json'), 'utf8'))
  const r = copy(`http://127.0.0.1:${view.port}`, second, '--key', key)
  assert.equal(r.status, 0, r.stdout + r.stderr)
  assert.deepEqual(readdirSync(join(second, 'log/records')), readdirSync(join(mirror, 'log/records')))
  assert.equal(readFileSync(join(second, 'log/checkpoint'), 'utf8'), readFileSync(join(mirror, 'log/checkpoint'), 'utf8'))
  const checkpoint = await view.get('/log/checkpoint'), tile = await view.get('/log/tile/0/000')
  assert.match(tile.headers['cache-control'] ?? '', /immutable/)
  assert.doesNotMatch(checkpoint.headers['cache-control'] ?? '', /immutable/)
  const proof = (await view.get('/r/CUE-0026/proof.json')).text
  writeFileSync(join(folder, 'proof.json'), proof)
  assert.match(run(['receipt', 'check', join(folder, 'proof.json'), '--key', key]).stdout, /^holds\n/)
})

test('what comes to the mirror shows, and what is erased goes', async () => {
  const uid = 'R-0NEW-0NE0'
  hub.polder('import', 'polder', hub.file('new.json', [{kind: 'lesson', id: 'new', uid, body: {title: 'Fresh from the hub', lesson: 'It came.'}}]))
  const file = join(mirror, 'log/records', uid), again = () => copy(`http://127.0.0.1:${hub.port}`, mirror)
  await eventually(() => again() && existsSync(file), 'it in the mirror', 60_000)
  await eventually(async () => (await view.get(`/r/${uid}`)).status === 200, 'it at the copy', 30_000)
  assert.match((await view.get('/search?q=fresh')).text, /from the hub/)
  hub.polder('erase', uid, '--reason', 'somebody asked', '--basis', 'GDPR Art. 17')
  await eventually(() => again() && !existsSync(file), 'the tombstone', 60_000)
  await eventually(async () => (await view.get(`/r/${uid}`)).status === 410, 'that it is gone', 30_000)
  assert.doesNotMatch((await view.get('/search?q=fresh')).text, /from the hub/)
})

test('a damaged mirror is not shown, and says what is wrong with it', async () => {
  const bundle = join(mirror, 'log/tile/entries')
  const file = readdirSync(bundle).filter((name) => !name.endsWith('.p')).map((name) => join(bundle, name))[0]
  const right = readFileSync(file)
  const bytes = Buffer.from(right)
  bytes[100] ^= 1
  writeFileSync(file, bytes)
  writeFileSync(join(mirror, 'mirror.json'), readFileSync(join(mirror, 'mirror.json')))
  await eventually(async () => (await view.get('/')).status === 503, 'the refusal', 30_000)
  for (const path of ['/', '/r/CUE-0026', '/api/v1/records', '/log/checkpoint']) assert.equal((await view.get(path)).status, 503, path)
  assert.match(unescaped((await view.get('/')).text), /damaged.*entry/)
  const refused = run(['serve', '--mirror', mirror, '--listen', '127.0.0.1:0'], {timeout: 20_000})
  assert.notEqual(refused.status, 0)
  assert.match(refused.stderr, /entry|tile/)
  writeFileSync(file, right)
  writeFileSync(join(mirror, 'mirror.json'), readFileSync(join(mirror, 'mirror.json')))
  await eventually(async () => (await view.get('/')).status === 200, 'that it is whole again', 30_000)
  assert.match(run(['serve', '--mirror', join(folder, 'nothing'), '--listen', '127.0.0.1:0']).stderr, /there is no mirror/)
  assert.ok(existsSync(join(mirror, 'view/hub.db')))
})
