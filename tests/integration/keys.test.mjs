// What is confidential stands nowhere in a hub's folder as it was written: not in the database, its log, the files or the keys; nor after it was erased, in a copy made
// before. Records that were acknowledged survive the server's death.
import assert from 'node:assert/strict'
import {readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser} from './browser.mjs'
import {plant} from './canary.mjs'
import {Hub as Folder, run} from './cli.mjs'
import {startHub} from './hub.mjs'
import {nobody, person} from './people.mjs'

let hub, anna, coordinator, report, foreign, file
const words = []
const told = (word) => (words.push(word), word)

before(async () => {
  hub = await startHub()
  anna = person(hub, 'anna', 'member')
  coordinator = person(hub, 'carla', 'coordinator')
  const common = (await hub.json('/api/v1/schemas/common')).body
  const planted = (kind, prefix) => {
    const made = plant(hub.polder('kinds', kind, '--json'), common, prefix)
    if (kind === 'report') made.body.classification = {...made.body.classification, type: 'security-incident', csam: false}
    if (made.body.aliases) made.body.aliases = [told(`zqalias${prefix}`)]
    words.push(...made.words.map((w) => w.word).filter((w) => JSON.stringify(made.body).includes(w)))
    return made.body
  }
  // Sent by a person, with comment, file and revision; as a draft; brought in from elsewhere.
  const made = await anna.done(201, 'POST', '/records', {kind: 'report', body: planted('report', 'zqp')}, {'idempotency-key': 'once'})
  report = made.body.uid
  await anna.done(201, 'POST', `/records/${report}/comments`, {text: told('zqcommentx')})
  await coordinator.done(201, 'POST', `/records/${report}/comments`, {text: told('zqanswerx'), audiences: ['owner', 'coordinators']})
  file = await anna.done(201, 'POST', `/records/${report}/files?name=${told('zqfilex')}.txt`, told('zqbytesx'), {'content-type': 'text/plain'})
  await anna.done(200, 'PATCH', `/records/${report}?note=${told('zqnotex')}`, {summary: told('zqrevisedx')}, {'if-match': '*'})
  const kase = (await coordinator.done(201, 'POST', '/records', {kind: 'case', body: planted('case', 'zqk')})).body.uid
  await coordinator.done(200, 'POST', `/records/${kase}/acts`, {act: 'task.add', args: {text: told('zqtaskx')}})
  await coordinator.done(201, 'POST', `/records/${kase}/comments`, {text: told('zqroomx')})
  const imported = hub.polder('import', 'polder', hub.file('closed.json', [
    {kind: 'report', id: 'elsewhere:1', state: 'received', body: planted('report', 'zqi')}, {kind: 'case', id: 'elsewhere:2', state: 'open', body: planted('case', 'zqj')}]), '--json')
  assert.deepEqual(imported.rejections, [])
  assert.equal(hub.polder('import', 'polder', join(hub.folder, 'closed.json'), '--json').unchanged, 2) // its digest is keyed, and found all the same
  foreign = hub.polder('list', '--kind', 'case', '--json').items.find((r) => r.uid !== kase).uid
  const browser = await new Browser(hub).signIn('anna')
  await browser.write((await browser.get('/new/report')).text, {'/title': told('zqdraftx')}, 'draft')
  // What is public stays in the clear.
  hub.polder('import', 'polder', hub.file('open.json', [{kind: 'lesson', id: 'open:1', state: 'published', body: {title: 'zqopenx', lesson: 'Open.'}}]))
})
after(async () => hub?.stop())

function* filesBelow(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesBelow(path)
    else yield path
  }
}
function found(folder, list) {
  const hits = []
  for (const path of filesBelow(folder)) {
    const bytes = readFileSync(path).toString('latin1').toLowerCase()
    for (const word of list) if (bytes.includes(word.toLowerCase())) hits.push(`${word} in ${path}`)
  }
  return hits
}

test('nothing that was planted in reports and cases can be found in the folder, and what is public can', () => {
  assert.ok(words.length > 200, `${words.length} words`)
  assert.deepEqual(found(hub.dir, words), [])
  assert.ok(found(hub.dir, ['zqopenx']).length > 0)
})

test('those who may read it read all of it', async () => {
  const {body} = await coordinator.done(200, 'GET', `/records/${report}`)
  assert.equal(body.body.summary, 'zqrevisedx')
  assert.deepEqual(body.files.map((f) => f.name), ['zqfilex.txt'])
  const answer = await anna.done(200, 'GET', `/records/${report}/files/${file.body.file.sha256}`)
  assert.equal(answer.text, 'zqbytesx')
  assert.equal(answer.headers['content-type'].split(';')[0], 'text/plain')
  assert.match((await coordinator.done(200, 'GET', `/records/${report}/messages`)).text, /zqcommentx.*zqanswerx/s)
  assert.match((await coordinator.done(200, 'GET', `/records/${foreign}`)).text, /zqjx/)
  assert.equal((await nobody(hub).get(`/records/${report}`)).status, 404)
  assert.equal((await nobody(hub).get('/records/zqaliaszqp')).status, 404)
  assert.deepEqual(hub.polder('admin', 'check', '--json').findings, [])
  const status = hub.polder('admin', 'keys', 'status', '--json')
  assert.equal(status.records, 4)
  assert.equal(status.missing, 0)
})

test('a request that comes again is answered as the first time, from a sealed answer', async () => {
  const body = {kind: 'report', body: {title: told('zqagainx'), description: 'It does.', systems: [{name: 'X'}]}}
  const first = await anna.done(201, 'POST', '/records', body, {'idempotency-key': 'twice'})
  const second = await anna.done(201, 'POST', '/records', body, {'idempotency-key': 'twice'})
  assert.equal(second.body.uid, first.body.uid)
  assert.equal(second.headers['idempotency-replayed'], 'true')
  assert.equal((await anna.post('/records', {...body, kind: 'lesson'}, {'idempotency-key': 'twice'})).status, 422)
  assert.deepEqual(found(hub.dir, words), [])
})

test('the key is changed while the hub is served', async () => {
  for (let i = 0; i < 3; i++) {
    assert.ok(hub.polder('admin', 'keys', 'rotate', '--json').keys > 0)
    const {body} = await coordinator.done(200, 'GET', `/records/${report}`)
    assert.equal(body.body.summary, 'zqrevisedx')
    await anna.done(201, 'POST', '/records', {kind: 'report', body: {title: `Between ${i}`, description: 'It does.', systems: [{name: 'X'}]}})
  }
  assert.equal(hub.polder('admin', 'keys', 'status', '--json').missing, 0)
})

test('a copy of the hub holds no key, and is whole with the copy of the keys', async () => {
  const copy = new Folder(hub.folder, 'copy'), keys = join(hub.folder, 'keys')
  hub.polder('backup', copy.dir)
  hub.polder('admin', 'keys', 'backup', keys)
  assert.deepEqual(readdirSync(copy.dir).sort(), ['files', 'hub.db', 'kinds', 'polder.conf', 'tables'])
  assert.equal(statSync(keys).mode & 0o777, 0o700)
  for (const name of ['keys.db', 'secret.key']) assert.equal(statSync(join(keys, name)).mode & 0o777, 0o600)
  assert.deepEqual(found(copy.dir, words), [])
  const error = copy.error(1, 'show', report)
  assert.match(error.message, /key/)
  assert.equal(copy.run('show', 'zqopenx').status, 1) // a headline is no name
  assert.equal(copy.json('search', 'zqopenx').items.length, 1)
  assert.equal(copy.run('admin', 'keys', 'status').status, 1)
  assert.match(copy.run('admin', 'check').stdout, /key/)
  assert.equal(copy.run('admin', 'rebuild').status, 0)
  assert.match(copy.text('new', 'report', '--set', 'title=New', '--set', 'description=x', '--set', 'systems:=[{"name":"X"}]'), /was made/)
  copy.text('admin', 'keys', 'restore', keys)
  assert.match(copy.text('show', report), /zqrevisedx/)
  copy.check()
})

test('what is erased is gone from the hub, and from a copy made before once it has the keys of today', async () => {
  const copy = new Folder(hub.folder, 'before'), keys = join(hub.folder, 'keys-after')
  hub.polder('backup', copy.dir)
  assert.match(run(['erase', report, '--hub', hub.dir]).stderr, /reason/)
  hub.polder('erase', report, '--reason', 'asked for by the person', '--basis', 'Article 17')
  assert.equal((await coordinator.get(`/records/${report}`)).status, 410)
  assert.equal((await nobody(hub).get(`/records/${report}`)).status, 404)
  const page = await (await new Browser(hub).signIn('carla')).get(`/r/${report.slice(2)}`)
  assert.equal((await (await new Browser(hub).signIn('carla')).get(`/r/${report}`)).status, 410, page.text)
  assert.equal((await coordinator.get(`/records/${report}/files/${file.body.file.sha256}`)).status, 410)
  assert.deepEqual(hub.polder('admin', 'check', '--json').findings, [])
  hub.polder('admin', 'keys', 'backup', keys)
  copy.text('admin', 'keys', 'restore', keys)
  assert.match(copy.error(1, 'show', report).message, /erased/)
  assert.match(copy.text('show', foreign), /zqj/)
  assert.deepEqual(found(copy.dir, words), [])
})

test('what was erased does not come back with the import that it came from', () => {
  hub.polder('erase', foreign, '--reason', 'asked for')
  const again = run(['import', 'polder', join(hub.folder, 'closed.json'), '--hub', hub.dir, '--json'])
  const report = JSON.parse(again.stdout)
  assert.deepEqual([report.created, report.updated, report.rejected], [0, 0, 1])
  assert.match(report.rejections[0].reason, /erased/)
})

test('what was acknowledged is there after the server was killed', async () => {
  const uids = []
  for (let round = 0; round < 3; round++) {
    let dead = false
    const send = async () => {
      for (let i = 0; !dead; i++) {
        const answer = await anna.post('/records', {kind: 'report', body: {title: `Report ${round} ${i}`, description: 'It does.', systems: [{name: 'X'}]}}).catch(() => null)
        if (answer?.status === 201) uids.push(answer.body.uid)
        else if (answer && answer.status !== 429) assert.fail(`${answer.status} ${answer.text}`)
        else if (answer) return
      }
    }
    const senders = Array.from({length: 8}, send)
    await new Promise((done) => setTimeout(done, 150 + 100 * round))
    hub.process.kill('SIGKILL')
    dead = true
    await hub.ended
    await Promise.all(senders)
    await hub.serve(hub.port)
  }
  assert.ok(uids.length > 10, `${uids.length} were acknowledged`)
  const status = hub.polder('admin', 'keys', 'status', '--json')
  assert.equal(status.missing, 0)
  for (const uid of uids.slice(-100)) assert.equal(hub.polder('show', uid, '--json').uid, uid)
  assert.deepEqual(hub.polder('admin', 'check', '--json').findings, [])
})
