// Two hubs: one lists the other, signs what it knows, believes a new key only where the other's log says so, leads to records there and nowhere else; and what
// organizations say of records, here and there.
import assert from 'node:assert/strict'
import {cpSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {eventually, startHub} from './hub.mjs'
import {note, saidCommitment} from './log.mjs'
import {lesson} from './operations.mjs'
import {nobody, person} from './people.mjs'

const conf = (origin, prefix) => (url, hub) => {
  const path = join(hub.dir, 'polder.conf')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/prefix = \w+/, `prefix = ${prefix}`).replace(/^\[hub\]$/m, `[hub]\nurl = ${url}`))
  return `[log]\norigin = ${origin}\nepoch = PT1S\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n`
}
let home, peer, folder, homeKey, peerKey, vendor, outsider, organization
const url = (hub) => `http://127.0.0.1:${hub.port}`
const log = async (hub) => (await nobody(hub).get('/log')).body
const hubs = async (hub = home) => (await nobody(hub).done(200, 'GET', '/hubs')).body.items
// What a command says, and how it ends.
const polder = (...args) => run([...args, '--hub', home.dir])
function refused(words, ...args) {
  const r = polder(...args)
  assert.equal(r.status, 1, `${args.join(' ')}: ${r.stdout}${r.stderr}`)
  assert.match(r.stderr + r.stdout, words)
}

before(async () => {
  home = await startHub({name: 'Home', conf: conf('home.example.org/log', 'HOME')})
  peer = await startHub({name: 'Peer', conf: conf('peer.example.org/log', 'PEER')})
  folder = mkdtempSync(join(tmpdir(), 'polder-hubs-'))
  for (const hub of [home, peer]) await eventually(async () => (await log(hub)).size > 0, 'a first checkpoint', 60_000)
  homeKey = (await log(home)).keys[0]
  /* As it was before anybody saw what came after. */
  await peer.end()
  cpSync(peer.dir, join(folder, 'twin'), {recursive: true})
  await peer.serve(peer.port)
  const size = (await log(peer)).size
  await eventually(async () => (await log(peer)).size > size, 'more leaves', 60_000)
  peerKey = (await log(peer)).keys[0]
  vendor = person(home, 'vendor', 'member')
  outsider = person(home, 'outsider', 'member')
  organization = home.polder('new', 'organization', '--set', 'name=Example <Vendor>', '--set', 'type=company', '--json').uid
  home.polder('move', organization, 'publish')
  home.polder('admin', 'set-role', 'vendor', 'member', '--organization', organization)
})
after(async () => {
  await home?.stop()
  await peer?.stop()
  if (folder) rmSync(folder, {recursive: true, force: true})
})

test('a hub is listed by the key that signs its log, and by no other', async () => {
  refused(/of another log/, 'hubs', 'add', url(peer), '--key', homeKey, '--prefix', 'PEER')
  refused(/own/, 'hubs', 'add', url(peer), '--key', peerKey, '--prefix', 'HOME')
  assert.equal(polder('hubs', 'add', 'http://example.org', '--key', peerKey).status, 1)
  assert.equal(polder('hubs', 'add', url(peer)).status, 2)
  assert.deepEqual(await hubs(), [])
  home.polder('hubs', 'add', `${url(peer)}/`, '--key', peerKey, '--prefix', 'PEER', '--name', 'Peer & co')
  const [one] = await hubs()
  assert.deepEqual({...one, since: 0, fingerprint: '', changes: []},
    {origin: 'peer.example.org/log', key: peerKey, fingerprint: '', name: 'Peer & co', url: url(peer), prefix: 'PEER', prefix_clash: false, since: 0, follows: false, changes: []})
  assert.equal(one.fingerprint.replaceAll(' ', '').slice(0, 8), peerKey.split('+')[1])
  const page = await home.get('/hubs')
  assert.match(page.text, /Peer &amp; co/)
  assert.ok(page.text.includes(one.fingerprint) && page.text.includes(homeKey.replaceAll('+', '+')))
  let said
  const statements = async () => (await home.get('/log/statements/0')).text.trim().split('\n').map((line) => JSON.parse(line))
  await eventually(async () => (said = (await statements()).find((line) => line.type === 'delegation')), 'the statement in the log', 60_000)
  assert.equal((await hubs())[0].changes[0].leaf, said.leaf)
  assert.deepEqual({...said.statement, at: ''}, {at: '', type: 'delegation', state: 'listed', origin: one.origin, key: peerKey, name: one.name, url: one.url, prefix: 'PEER'})
  assert.equal(saidCommitment(said).toString('hex'), said.commitment)
  assert.deepEqual(home.polder('verify', '--json').findings, [])
})

test('the directory is a file that is checked without the hub', async () => {
  const answer = await home.get('/.well-known/polder-hubs')
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  const lines = note(answer.text, homeKey).split('\n')
  assert.deepEqual(lines.slice(0, 2), ['polder/hubs/v1', 'home.example.org/log'])
  assert.ok(Number(lines[2]) > 0)
  assert.deepEqual(lines.slice(4), [`home.example.org/log ${homeKey} ${url(home)} HOME Home`, `peer.example.org/log ${peerKey} ${url(peer)} PEER Peer & co`, ''])
  const file = join(folder, 'polder-hubs')
  writeFileSync(file, answer.text)
  const checked = JSON.parse(run(['hubs', 'check', file, '--key', homeKey, '--json']).stdout)
  assert.equal(checked.origin, 'home.example.org/log')
  assert.equal(checked.hubs.length, 2)
  assert.equal(run(['hubs', 'check', file, '--key', peerKey]).status, 1)
  for (const [from, to] of [['PEER', 'PEAR'], ['polder/hubs/v1', 'polder/hubs/v2'], [url(peer), 'https://evil.example.org'], ['\n\n', '\nx\n\n']]) {
    writeFileSync(file, answer.text.replace(from, to))
    assert.equal(run(['hubs', 'check', file, '--key', homeKey]).status, 1, `${from} became ${to}`)
  }
})

test('another hub takes the directory over, and not a key that it does not believe', async () => {
  const dir = join(folder, 'third'), file = join(folder, 'directory')
  assert.equal(run(['init', dir, '--name', 'Third', '--prefix', 'THIRD']).status, 0)
  writeFileSync(file, (await home.get('/.well-known/polder-hubs')).text)
  const shown = run(['hubs', 'import', file, '--key', homeKey, '--hub', dir])
  assert.equal(shown.status, 0)
  assert.match(shown.stdout, /new {2}home\.example\.org\/log[\s\S]*new {2}peer\.example\.org\/log[\s\S]*Nothing was taken over/)
  assert.deepEqual(JSON.parse(run(['hubs', '--json', '--hub', dir]).stdout), [])
  assert.match(run(['hubs', 'import', file, '--key', homeKey, '--yes', '--hub', dir]).stdout, /Taken over/)
  assert.deepEqual(JSON.parse(run(['hubs', '--json', '--hub', dir]).stdout).map((one) => one.origin), ['home.example.org/log', 'peer.example.org/log'])
  assert.match(run(['hubs', 'import', file, '--key', homeKey, '--yes', '--hub', dir]).stdout, /Nothing is to be taken over/)
  /* One that has it under another key, by force, does not take the file's word against that of the log. */
  const other = JSON.parse(run(['log', 'run', '--json', '--hub', dir]).stdout).keys[0].replace(/^[^+]+/, 'x')
  assert.equal(run(['hubs', 'key', 'peer.example.org/log', other, '--force', '--hub', dir]).status, 2)
  assert.deepEqual(JSON.parse(run(['verify', '--json', '--hub', dir]).stdout).findings, [])
})

test('the way to a record leads to hubs that are listed, and nowhere else', async () => {
  for (const name of ['PEER', 'peer.example.org/log']) {
    const answer = await home.get(`/hubs/${name}/PEER-2026-0001`)
    assert.equal(answer.status, 302, name)
    assert.equal(answer.headers.location, `${url(peer)}/r/PEER-2026-0001`)
  }
  const own = await home.get('/hubs/HOME/R-7777-7777')
  assert.equal(own.headers.location, '/r/R-7777-7777')
  const hostile = ['evil.example.org/x', '/evil.example.org/x', 'https://evil.example.org/x', 'https:%2F%2Fevil.example.org/x', '%2F%2Fevil.example.org/x', 'PEER/..', 'PEER/%2e%2e', 'PEER/.', 'PEER/',
    'PEER', 'PEER%00/x', 'PEER@evil.example.org/x', '..%2F..%2Fx', 'OTHER/x', '%0d%0aLocation:%20https:%2F%2Fevil.example.org/x', 'PEER/x%0d%0aSet-Cookie:%20a=b', 'PEER/@evil.example.org', 'PEER/%2F%2Fevil',
    'PEER/x%3Fy%23z', 'PEER/\\evil']
  for (const path of hostile) {
    const answer = await home.get(`/hubs/${path}`)
    const to = answer.headers.location
    assert.ok(!to || to.startsWith(`${url(peer)}/r/`) || to.startsWith('/'), `${path}: ${to}`)
    assert.ok(!to?.startsWith('//') && !/[?#\s\\]/.test(to ?? ''), `${path}: ${to}`)
    assert.equal(answer.headers['set-cookie'], undefined)
    assert.ok([302, 301, 308, 400, 404].includes(answer.status), `${path}: ${answer.status}`)
  }
  const shown = polder('show', 'PEER-2026-0001')
  assert.equal(shown.status, 1)
  assert.ok((shown.stderr + shown.stdout).includes(`${url(peer)}/r/PEER-2026-0001`))
})

test('what organizations say of a record stands beside it, and leaves it alone', async () => {
  const coco = person(home, 'coco', 'coordinator')
  const {uid} = (await coco.done(201, 'POST', '/records', lesson({title: 'A flaw of everybody'}))).body
  await coco.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
  const before = (await nobody(home).done(200, 'GET', `/records/${uid}`)).body
  const body = {about: {record: uid}, says: 'not_affected', justification: 'component_not_present', statement: 'We do not <use> it.', systems: [{name: 'Shop assistant', versions: '2.1 to 2.4'}]}
  await nobody(home).done(401, 'POST', '/records', {kind: 'assertion', organization, body})
  await outsider.done(403, 'POST', '/records', {kind: 'assertion', organization, body})
  await vendor.done(422, 'POST', '/records', {kind: 'assertion', body})
  await vendor.done(422, 'POST', '/records', {kind: 'assertion', organization, body: {...body, justification: undefined}})
  const made = (await vendor.done(201, 'POST', '/records', {kind: 'assertion', organization, body: {...body, by: {name: 'Somebody else'}}})).body
  assert.equal((await nobody(home).done(200, 'GET', `/records/${uid}`)).body.said, undefined)
  await nobody(home).done(404, 'GET', `/records/${made.uid}`)
  await vendor.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const fresh = (check, words) => eventually(async () => check((await nobody(home).done(200, 'GET', `/records/${uid}`)).body.said ?? []), words)
  await fresh((said) => said.length === 1, 'what was said')
  const after = (await nobody(home).done(200, 'GET', `/records/${uid}`)).body
  assert.deepEqual({...after.said[0], id: '', url: '', published: ''}, {id: '', url: '', by: 'Example <Vendor>', organization, says: 'not_affected', justification: 'component_not_present',
    statement: 'We do not <use> it.', systems: 'Shop assistant (2.1 to 2.4)', state: 'published', published: ''})
  assert.deepEqual({...after, said: undefined}, {...before, said: undefined})
  const page = (await home.get(`/r/${uid}`)).text
  assert.match(page, /What others say/)
  assert.ok(page.includes('Example &lt;Vendor&gt;') && page.includes('We do not &lt;use&gt; it.'))
  const own = (await home.get(`/r/${made.uid}`)).text
  assert.ok(own.includes(`href="/r/${uid}"`) && own.includes('A flaw of everybody'))
  await eventually(async () => (await nobody(home).done(200, 'GET', `/records/${made.uid}/log`)).body.items.some((one) => one.type === 'assert'), 'a leaf that asserts', 60_000)
  /* Another says otherwise: both stand; one takes it back, and that shows. */
  home.polder('assert', uid, '--says', 'affected', '--action', 'Switch it off', '--by', organization)
  await fresh((said) => said.length === 2, 'what another said')
  assert.match((await home.get(`/r/${uid}`)).text, /Not all say the same/)
  await vendor.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'withdraw', reason: 'it was there after all'})
  await fresh((said) => said.some((one) => one.state === 'withdrawn'), 'that it was taken back')
  const {said} = (await nobody(home).done(200, 'GET', `/records/${uid}`)).body
  assert.deepEqual(said.map((one) => [one.says, one.state]), [['affected', 'published'], ['not_affected', 'withdrawn']])
  assert.deepEqual((await nobody(home).done(200, 'GET', `/records?kind=assertion&about=${uid}`)).body.items.length, 2)
  /* Of a record there, by its number. */
  const there = home.polder('assert', 'PEER/PEER-2026-0001', '--says', 'fixed', '--by', organization, '--json')
  const {about} = (await nobody(home).done(200, 'GET', `/records/${there.uid}`)).body.body
  assert.deepEqual(about, {hub: 'peer.example.org/log', record: 'PEER-2026-0001'})
  assert.match((await home.get(`/r/${there.uid}`)).text, /href="\/hubs\/peer\.example\.org\/log\/PEER-2026-0001"/)
})

test('a new key is believed where the log says so and goes on from what was seen', async () => {
  const old = peerKey
  /* Another log under the same name: what one finds who takes the address over without the old log. */
  const impostor = await startHub({name: 'Impostor', conf: conf('peer.example.org/log', 'PEER')})
  await eventually(async () => (await log(impostor)).size > 0, 'a first checkpoint', 60_000)
  const wrong = (await log(impostor)).keys[0]
  home.polder('hubs', 'add', url(impostor), '--key', old, '--prefix', 'PEER', '--name', 'Peer & co', '--offline')
  refused(/does not say that this key replaces/, 'hubs', 'key', 'PEER', wrong)
  await impostor.end()
  unlinkSync(join(impostor.dir, 'log.key'))
  await impostor.serve(impostor.port)
  await eventually(async () => (await log(impostor)).keys.length === 2, 'another key', 60_000)
  refused(/does not say that this key replaces/, 'hubs', 'key', 'PEER', (await log(impostor)).keys[0])
  await impostor.stop()
  home.polder('hubs', 'add', url(peer), '--key', old, '--prefix', 'PEER', '--name', 'Peer & co')

  /* A log that names a new key after the old one, and has another history than was seen. */
  const dir = peer.dir
  await peer.end()
  peer.dir = join(folder, 'twin')
  unlinkSync(join(peer.dir, 'log.key'))
  await peer.serve(peer.port)
  await eventually(async () => (await log(peer)).keys.length === 2, 'another key', 60_000)
  refused(/not a continuation/, 'hubs', 'key', 'PEER', (await log(peer)).keys[0])
  await peer.end()
  peer.dir = dir

  unlinkSync(join(peer.dir, 'log.key'))
  await peer.serve(peer.port)
  await eventually(async () => (await log(peer)).keys.length === 2, 'another key', 60_000)
  await eventually(async () => (await peer.get('/log/checkpoint')).text.length > 0 && run(['hubs', 'key', 'PEER', (await log(peer)).keys[0], '--hub', home.dir]).status === 0, 'the new key is taken', 60_000)
  peerKey = (await log(peer)).keys[0]
  assert.notEqual(peerKey, old)
  const [one] = await hubs()
  assert.equal(one.key, peerKey)
  assert.deepEqual(one.changes.filter((c) => c.replaces).map((c) => [c.state, c.key, c.replaces]), [['changed', peerKey, old]])
  assert.match((await home.get('/hubs')).text, /Another key/)
  refused(/another key/, 'hubs', 'add', url(peer), '--key', old, '--offline')
  assert.deepEqual(home.polder('verify', '--json').findings, [])
})

test('who is removed is in the directory no more, and leads nowhere', async () => {
  assert.equal(polder('hubs', 'remove', 'PEER').status, 2)
  home.polder('hubs', 'remove', 'PEER', '--reason', 'closed for <good>')
  assert.deepEqual(await hubs(), [])
  assert.equal((await home.get('/hubs/PEER/PEER-2026-0001')).status, 404)
  await eventually(async () => !(await home.get('/.well-known/polder-hubs')).text.includes('peer.example.org'), 'the directory without it', 60_000)
  assert.deepEqual(home.polder('verify', '--json').findings, [])
})
