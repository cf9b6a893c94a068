// Advisories: drafted from a case, redacted field by field, published by plan, amended with a reason; over pages, API and command line.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser, formOf, typed} from './browser.mjs'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {eventually, startHub} from './hub.mjs'
import {nobody, person} from './people.mjs'

let hub, coordinator, member, stranger, anybody
before(async () => {
  hub = await startHub()
  coordinator = person(hub, 'coordinator', 'coordinator')
  member = person(hub, 'member', 'member')
  stranger = person(hub, 'stranger', 'member')
  anybody = nobody(hub)
})
after(() => hub.stop())

const body = (more = {}) => ({title: 'It leaks', summary: 'Told in short', description: 'the-description', conditions: 'the-conditions', internal: 'the-internal',
  affected: [{name: 'Model', statuses: ['affected'], statement: 'the-statement'}], ...more})
const make = async (who, kind, what) => (await who.done(201, 'POST', '/records', {kind, body: what})).body
const signedIn = async (login) => {
  const browser = new Browser(hub)
  await browser.signIn(login)
  return browser
}
const isPublic = async (uid) => (await anybody.get(`/records/${uid}`)).status === 200
const parts = (pairs) => pairs.map(([name, value]) => ({name, value}))

test('a case drafts its advisory and its lesson by one press, and the hub publishes at the planned moment what the plan names', async () => {
  const report = await make(coordinator, 'report', {title: 'A report', summary: 'In short', proof_of_concept: 'the-proof'})
  const what = {title: 'A case', summary: 'What may be said', description: 'What is known', analysis: 'the-analysis'}
  const made = await make(coordinator, 'case', what)
  await coordinator.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'handles', target: report.uid})
  const browser = await signedIn('coordinator')
  const drafted = {}
  for (const kind of ['advisory', 'lesson']) {
    const page = await browser.get(`/r/${made.uid}`)
    const form = formOf(page.text.replaceAll(/<form method="post" action="([^"]*\/draft)">(<input type="hidden" name="csrf"[^>]*>)<input type="hidden" name="what" value="(\w+)">/g,
      '<form method="post" action="$1" data-what="$3">$2<input type="hidden" name="what" value="$3">'), `data-what="${kind}"`)
    const sent = await browser.request(form.action, {pairs: form.pairs})
    assert.equal(sent.status, 303, sent.text)
    drafted[kind] = sent.headers.location.match(/\/r\/(R-[^?]+)/)[1]
  }
  const told = (await browser.get(`/r/${drafted.advisory}?done=drafted`)).text
  assert.match(told, /written for the parties/)
  assert.ok(!told.includes('the-proof') && !told.includes('the-analysis'))
  assert.equal((await coordinator.get(`/records/${drafted.lesson}`)).body.body.what_happened, 'What may be said')
  const moment = new Date(Date.now() + 3000)
  const {headers} = await coordinator.get(`/records/${made.uid}`)
  await coordinator.done(200, 'PATCH', `/records/${made.uid}`, {publication: {mode: 'at-moment', moment: moment.toISOString()}}, {'if-match': headers.etag})
  assert.ok(!await isPublic(drafted.advisory))
  let late = 0
  while (!await isPublic(drafted.advisory)) {
    late = Date.now() - moment
    assert.ok(late < 5000, 'not published five seconds after its moment')
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.ok(Date.now() >= moment)
  for (const uid of [made.uid, report.uid, drafted.lesson]) assert.ok(!await isPublic(uid))
  const shown = (await anybody.get(`/records/${drafted.advisory}`)).body
  assert.match(shown.id, /-\d{4}-0001$/)
  assert.ok(!JSON.stringify(shown).includes(made.uid), 'the public is told of the case')
})

// A finder's report with marks, in a case with its maker, a plan, and an embargo that ends so many milliseconds from now.
async function underEmbargo(plan, milliseconds) {
  const maker = (await coordinator.done(201, 'POST', '/records', {kind: 'organization', body: {name: 'Makers', type: 'company'}})).body
  const report = await make(coordinator, 'report', {title: 'A report', summary: 'In short', proof_of_concept: 'the-proof', steps_to_reproduce: 'the-steps', reporter: {name: 'the-finder', credit: 'no'}})
  const made = await make(coordinator, 'case', {title: 'A case', summary: 'What may be said', description: 'What is known', analysis: 'the-analysis', publication: plan})
  const act = (name, args = {}) => coordinator.done(200, 'POST', `/records/${made.uid}/acts`, {act: name, args})
  await coordinator.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'handles', target: report.uid})
  await act('participant.ask', {subject: maker.uid, part: 'developer'})
  for (const move of ['triage', 'coordinate', 'ready']) await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move})
  await act('advisory.draft', {title: 'It leaks'})
  const {links} = (await coordinator.get(`/records/${made.uid}`)).body
  const advisory = JSON.stringify(links.filter((one) => one.rel === 'publishes')).match(/R-\w{4}-\w{4}/)[0]
  const until = new Date(Date.now() + milliseconds)
  await act('embargo.propose', {until: until.toISOString(), time_zone: 'Europe/Amsterdam', reason: 'A fix takes time'})
  await act('embargo.accept')
  return {case: made.uid, report: report.uid, advisory, until, act}
}

test('an embargo ends within five seconds of its hour and publishes the plan, also when the hub was killed before and started after', async () => {
  const first = await underEmbargo({mode: 'at-embargo-end'}, 3000)
  assert.equal((await coordinator.post(`/records/${first.advisory}/moves`, {move: 'publish'})).status, 409)
  while (!await isPublic(first.advisory)) {
    assert.ok(Date.now() - first.until < 5000, 'late')
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.ok(Date.now() >= first.until)
  await eventually(() => isPublic(first.case), 'the case too')
  const second = await underEmbargo({mode: 'at-embargo-end'}, 2000)
  const third = await underEmbargo({mode: 'manual'}, 2000)
  hub.process.kill('SIGKILL')
  await hub.ended
  await new Promise((done) => setTimeout(done, 2500))
  await hub.serve()
  await eventually(async () => await isPublic(second.advisory) && await isPublic(second.case), 'after it started again')
  await eventually(async () => JSON.stringify((await coordinator.get(`/records/${third.case}/history`)).body).includes('publication.none'), 'it is said that nothing was published')
  for (const one of [first, second, third]) assert.ok(!await isPublic(one.report))
  assert.ok(!await isPublic(third.advisory) && !await isPublic(third.case))
  const everything = (await Promise.all(['/browse/advisories', '/browse/cases', '/feed.atom', `/r/${first.advisory}`, `/r/${first.case}`, `/r/${first.case}/history`].map(async (path) => (await hub.get(path)).text))).join()
  for (const mark of ['the-proof', 'the-steps', 'the-finder', 'the-analysis', first.report]) assert.ok(!everything.includes(mark), mark)
})

test('a confirmed claim of exploitation publishes at once what the plan names, and no proof of concept', async () => {
  const one = await underEmbargo({mode: 'at-embargo-end'}, 3600000)
  await one.act('fact.confirm', {fact: 'exploit-public'})
  await eventually(() => isPublic(one.advisory), 'published')
  const text = JSON.stringify((await anybody.get(`/records/${one.advisory}`)).body)
  assert.ok(!text.includes('the-proof') && !text.includes('the-steps'))
  assert.ok(!await isPublic(one.report))
})

test('the redaction page hides from exactly whom it says, and shows each what they will read', async () => {
  const made = await make(coordinator, 'advisory', body())
  const browser = await signedIn('coordinator')
  const path = `/r/${made.uid}/redaction`
  const page = await browser.get(path)
  assert.equal(page.status, 200)
  const form = formOf(page.text, '/redaction')
  // Everyone but the public keeps the conditions.
  const at = form.pairs.findIndex(([name, value]) => name === 'row' && value === '/conditions')
  assert.deepEqual(form.pairs[at + 1], ['tick', 'public'])
  const pairs = form.pairs.filter((_, i) => i !== at + 1)
  const preview = await browser.request(path, {parts: parts([...pairs, ['_do', 'as:public']])})
  assert.equal(preview.status, 200)
  const shown = preview.text.slice(preview.text.indexOf('as-read'))
  assert.ok(shown.includes('the-description') && !shown.includes('the-conditions') && preview.text.includes('Not saved yet'))
  const others = await browser.request(path, {parts: parts([...pairs, ['_do', 'as:parties']])})
  assert.ok(others.text.slice(others.text.indexOf('as-read')).includes('the-conditions'))
  assert.equal((await coordinator.get(`/records/${made.uid}/visibility`)).body.level, 'full')
  const saved = await browser.request(path, {parts: parts([...pairs, ['_do', 'save']])})
  assert.equal(saved.status, 303, saved.text)
  const rules = (await coordinator.get(`/records/${made.uid}/visibility`)).body
  assert.deepEqual(Object.keys(rules.rules), ['/conditions'])
  assert.deepEqual(rules.rules['/conditions'], ['parties', 'owner', 'coordinators', 'panel', 'regulator', 'downstream'])
  // A part of each item of a list.
  const deep = await browser.request(path, {parts: parts([...formOf((await browser.get(path)).text, '/redaction').pairs, ['_do', 'parts']])})
  const all = formOf(deep.text, '/redaction').pairs
  const statement = all.findIndex(([name, value]) => name === 'row' && value === '/affected/*/statement')
  assert.ok(statement > 0)
  const without = [...all.slice(0, statement + 1), ['tick', 'coordinators'], ...all.slice(all.findIndex(([name], i) => i > statement && name !== 'tick'))]
  assert.equal((await browser.request(path, {parts: parts([...without, ['_do', 'save']])})).status, 303)
  await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const text = JSON.stringify((await anybody.get(`/records/${made.uid}`)).body)
  assert.ok(text.includes('the-description') && text.includes('"Model"') && !text.includes('the-conditions') && !text.includes('the-statement'))
  // Once it is public, a reason is asked for.
  const level = formOf((await browser.request(path, {parts: parts([...formOf((await browser.get(path)).text, '/redaction').pairs, ['_do', 'level:full']])})).text, '/redaction').pairs
  const refused = await browser.request(path, {parts: parts([...level, ['_do', 'save']])})
  assert.equal(refused.status, 422)
  assert.match(refused.text, /say in a note why/)
  assert.equal((await browser.request(path, {parts: parts([...typed(level, {note: 'A fix is out'}), ['_do', 'save']])})).status, 303)
  await eventually(async () => (await anybody.get(`/records/${made.uid}`)).text.includes('the-conditions'), 'the public reads the conditions')
  await eventually(async () => /A fix is out/.test((await hub.get(`/r/${(await anybody.get(`/records/${made.uid}`)).body.id}`)).text), 'and why')
})

test('who reads what is told to owners and coordinators, set by them, and opened by nobody who may not read it', async () => {
  const made = await make(member, 'advisory', body())
  assert.equal((await stranger.get(`/records/${made.uid}/visibility`)).status, 404)
  assert.equal((await anybody.get(`/records/${made.uid}/visibility`)).status, 401)
  const levels = (await member.done(200, 'GET', `/records/${made.uid}/visibility`)).body.levels
  assert.deepEqual(levels.map((l) => l.name), ['full', 'no-exploit', 'summary-only'])
  await member.done(200, 'PUT', `/records/${made.uid}/visibility`, {level: 'summary-only'})
  const {body: preview} = await member.done(200, 'GET', `/records/${made.uid}/preview?as=public`)
  assert.deepEqual(preview, {as: 'public', body: {affected: [{name: 'Model', statuses: ['affected']}], summary: 'Told in short', title: 'It leaks'}})
  const {body: other} = await member.done(200, 'GET', `/records/${made.uid}/preview?as=public&level=full`)
  assert.equal(other.body.conditions, 'the-conditions')
  assert.equal(other.body.internal, undefined)
  for (const [rules, status] of [[{'/conditions': ['everyone']}, 422], [{conditions: ['public']}, 422], [{'/affected/0/name': ['public']}, 422]])
    assert.equal((await member.put(`/records/${made.uid}/visibility`, {rules})).status, status, JSON.stringify(rules))
  assert.equal((await member.put(`/records/${made.uid}/visibility`, {level: 'none'})).status, 404)
  assert.equal((await member.put(`/records/${made.uid}/visibility`, {})).status, 422)
  // A case's maker does not open what coordinators will write there, neither at once nor later.
  assert.equal((await member.post('/records', {kind: 'case', body: {title: 'Mine'}, visibility: {'/private_notes': ['public']}})).status, 403)
  assert.equal((await member.post('/records', {kind: 'case', body: {title: 'Mine', publication: {mode: 'at-embargo-end'}}})).status, 403)
  await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  assert.equal((await stranger.get(`/records/${made.uid}/visibility`)).status, 403)
  assert.equal((await stranger.get(`/records/${made.uid}/preview`)).status, 403)
  assert.equal((await stranger.put(`/records/${made.uid}/visibility`, {level: 'full'})).status, 403)
  assert.equal((await (await signedIn('stranger')).get(`/r/${made.id}/redaction`)).status, (await (await signedIn('stranger')).get(`/r/${made.uid}/redaction`)).status)
})

test('the command line says and sets it too', async () => {
  const made = await make(coordinator, 'advisory', body())
  assert.match(hub.polder('visibility', made.uid), /as its kind says/)
  assert.match(hub.polder('visibility', made.uid, '--level', 'no-exploit'), /is shown by these rules/)
  assert.match(hub.polder('visibility', made.uid), /No exploit detail[\s\S]*\/conditions: parties, owner/)
  const seen = JSON.parse(hub.polder('visibility', made.uid, '--preview', 'public'))
  assert.ok(seen.description && !seen.conditions)
  const file = hub.file('rules.json', {'/summary': []})
  hub.polder('visibility', made.uid, '--set', file)
  assert.deepEqual(hub.polder('visibility', made.uid, '--json').rules, {'/summary': []})
  assert.throws(() => hub.polder('visibility', made.uid, '--preview', 'everyone'), /there is no audience/)
})

test('what is public is amended with a reason, is withdrawn in the open, and its number is never given again', async () => {
  const made = await make(coordinator, 'advisory', body())
  const {body: published} = await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const version = async () => (await coordinator.get(`/records/${made.uid}`)).headers.etag
  assert.equal((await coordinator.patch(`/records/${made.uid}`, {summary: 'Corrected'}, {'if-match': await version()})).status, 422)
  await coordinator.done(200, 'PATCH', `/records/${made.uid}?note=Version+3+too`, {summary: 'Corrected'}, {'if-match': await version()})
  const browser = await signedIn('coordinator')
  const edit = await browser.get(`/r/${published.id}/edit`)
  assert.match(edit.text, /Why it is amended/)
  const form = formOf(edit.text, 'data-form')
  const refused = await browser.request(form.action, {pairs: [...typed(form.pairs, {'/impact': 'Grave'}), ['_do', 'save']]})
  assert.equal(refused.status, 422)
  assert.match(refused.text, /say in a note why/)
  const sent = await browser.request(form.action, {pairs: [...typed(form.pairs, {'/impact': 'Grave', _note: 'The impact was left out'}), ['_do', 'save']]})
  assert.equal(sent.status, 303, sent.text)
  let page = (await hub.get(`/r/${published.id}`)).text
  assert.match(page, /<strong>Version 3\.<\/strong> Amended on/)
  assert.match(page, /The impact was left out/)
  assert.match(page, /Version 3 too/)
  await eventually(async () => /Amended: The impact was left out/.test((await hub.get('/browse/advisories/feed.atom')).text), 'the feed tells of it')
  await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'withdraw', reason: 'It was another system'})
  await eventually(async () => /Withdrawn[\s\S]*It was another system/.test((await hub.get(`/r/${published.id}`)).text), 'withdrawn in the open')
  const next = await make(coordinator, 'advisory', body())
  const {body: second} = await coordinator.done(200, 'POST', `/records/${next.uid}/moves`, {move: 'publish'})
  assert.notEqual(second.id, published.id)
  assert.ok(Number(second.id.split('-').at(-1)) > Number(published.id.split('-').at(-1)))
})

test('an advisory is told to other systems with its versions and its withdrawal', async () => {
  const made = await make(coordinator, 'advisory', body({internal: 'the-internal'}))
  const {body: published} = await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const version = (await coordinator.get(`/records/${made.uid}`)).headers.etag
  await coordinator.done(200, 'PATCH', `/records/${made.uid}?note=Another+version`, {summary: 'Corrected'}, {'if-match': version})
  await coordinator.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'withdraw', reason: 'It was not so'})
  const told = {}
  for (const format of ['osv', 'csaf']) {
    const out = join(hub.folder, format)
    hub.polder('export', format, published.id, '--out', out)
    told[format] = JSON.parse(readFileSync(join(out, `${published.id}.json`), 'utf8'))
    assert.ok(!JSON.stringify(told[format]).includes('the-internal'))
  }
  const {tracking, publisher, distribution} = told.csaf.document
  assert.deepEqual(tracking.revision_history.map((one) => [one.number, one.summary]), [['1', 'Published.'], ['2', 'Another version'], ['3', 'It was not so']])
  assert.equal(tracking.id, published.id)
  assert.equal(publisher.name, 'Test hub')
  assert.equal(distribution.tlp.label, 'WHITE')
  assert.ok(told.osv.withdrawn && told.osv.published)
})
