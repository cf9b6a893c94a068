// Safe harbor from end to end: policies and how far they protect, grants that finders show, threats, security.txt.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {startHub, starter, unescaped} from './hub.mjs'
import {password} from './browser.mjs'
import {person} from './people.mjs'

const address = 'https://hub.example.org'
const build = process.env.POLDER_BUILD ?? 'build'
const program = join(build, 'polder-hub')
const polder = (...args) => spawnSync(program, args, {encoding: 'utf8'})

const full = {
  title: 'Acme policy', scope: {topics: ['Security', 'Harm']}, channels: [{type: 'email', address: 'flaws@acme.example', anonymous: true, languages: ['en', 'nl']}],
  commitments: [{what: 'acknowledge', within: 'P3D', days: 'business'}],
  safe_harbor: {level: 'full', anti_hacking: {granted: true, text: 'You may.'}, anti_circumvention: {granted: true}, terms_exempted: {granted: true}, good_faith: {granted: true, judged_by: 'independent-panel'}},
  technical_safe_harbor: {no_suspension: true, reasons: true, appeal: {available: true}},
  recognition: {reward: 'bounty', currency: 'EUR', minimum: 100, maximum: 5000}, disclosure: {default: 'P90D', embargo: 'By consent.', finder_may_publish: true, coordinated: true},
  language: 'en',
}
const partial = {title: 'Beta policy', maturity: 4, scope: {text: 'Our site.'}, channels: [{type: 'form', address: 'https://beta.example/report'}], commitments: [{what: 'Acknowledge', within: 'P1W'}],
  safe_harbor: {level: 'full', anti_hacking: {granted: true}, anti_circumvention: {granted: true}, terms_exempted: {granted: true}, good_faith: {granted: true, judged_by: 'organization'}}}
const none = {title: 'Gamma policy', scope: {text: 'Everything.'}, channels: [{type: 'post'}]}

let hub, finder, coordinator, stranger
before(async () => {
  hub = await startHub({
    conf: `[hub]\nurl = ${address}\ncontact = security@hub.example.org\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n`,
    records: [
      {kind: 'organization', id: 'h:acme', state: 'published', body: {name: 'Acme', type: 'company', contacts: [{type: 'security', email: 'sec@acme.example', phone: '+31 20 1234567', key: 'https://acme.example/key'}, {type: 'press', email: 'press@acme.example'}], security_txt_url: 'https://acme.example/.well-known/security.txt'}},
      {kind: 'organization', id: 'h:beta', state: 'published', body: {name: 'Beta', type: 'company'}},
      {kind: 'organization', id: 'h:lonely', state: 'published', body: {name: 'Lonely', type: 'company', contacts: [{type: 'security', url: 'http://lonely.example/report'}]}},
      {kind: 'organization', id: 'h:hidden', state: 'draft', body: {name: 'Hidden', type: 'company'}},
      {kind: 'system', id: 'h:model', state: 'published', body: {name: 'Model', type: 'model'}, links: [{rel: 'developed-by', to: 'h:acme'}]},
      {kind: 'system', id: 'h:other', state: 'published', body: {name: 'Other', type: 'model'}},
      {kind: 'policy', id: 'h:full', state: 'published', body: full, links: [{rel: 'issued-by', to: 'h:acme'}]},
      {kind: 'policy', id: 'h:partial', state: 'published', body: partial, links: [{rel: 'issued-by', to: 'h:beta'}, {rel: 'governs', to: 'h:other'}]},
      {kind: 'policy', id: 'h:none', state: 'published', body: none},
      {kind: 'policy', id: 'h:draft', state: 'draft', body: {...full, title: 'Draft policy'}},
    ],
  })
  finder = person(hub, 'finder', 'member')
  coordinator = person(hub, 'coordinator', 'coordinator')
  stranger = person(hub, 'stranger', 'member')
})
after(() => hub?.stop())

const cookies = {}
const formHeaders = () => ({'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin'})
async function cookieOf(login) {
  if (cookies[login]) return cookies[login]
  const answer = await hub.request('/sign-in', {method: 'POST', body: new URLSearchParams({login, password}).toString(), headers: formHeaders()})
  assert.equal(answer.status, 303)
  return (cookies[login] = answer.headers['set-cookie'][0].split(';')[0])
}
async function page(path, login) {
  const answer = await hub.request(path, {headers: login ? {cookie: await cookieOf(login)} : {}})
  return answer.status === 301 ? page(answer.headers.location, login) : answer
}
async function send(path, fields, login, from) {
  const csrf = (await page(from ?? '/account', login)).text.match(/name="csrf" value="([^"]+)"/)[1]
  return hub.request(path, {method: 'POST', body: new URLSearchParams({csrf, ...fields}).toString(), headers: {...formHeaders(), cookie: await cookieOf(login)}})
}
let n = 0
async function report(system = 'h:model', submit = true) {
  const made = (await finder.done(201, 'POST', '/records', {kind: 'report', body: {title: `A flaw nobody may hear of ${++n}`, description: 'It tells secrets.', systems: [{name: 'Model'}],
    classification: {real_world_harm: false, malicious_actor: false, csam: false}, severity: 'high', disclosure: {intent: 'undecided'}, statistics: {claim: 'Often.'}, confirmed: true}})).body
  await finder.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'affects', target: system})
  if (submit) await finder.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'submit'})
  return made.uid
}
const grantsOf = async (uid, who = finder) => (await who.done(200, 'GET', `/records/${uid}/grants`)).body

test('the level is computed, told with its reasons, and stands beside what the policy says of itself', async () => {
  const {body} = await hub.json('/api/v1/policies/h:partial/assessment')
  assert.equal(body.level, 3)
  assert.equal(body.stated, 4)
  assert.deepEqual(body.next, {level: 4, title: 'Full safe harbor', missing: ['disclosure-process', 'compensation']})
  assert.deepEqual(body.issuers.map((one) => [one.name, one.basis]), [['Beta', 'recorded']])
  assert.equal(body.independent.met, false)
  assert.deepEqual(body.tests.map((one) => one.met), [true, true, true, true])
  const shown = (await page(`/r/${body.policy.uid}`)).text
  assert.match(shown, /How far it protects/)
  assert.match(shown, /says of itself 4/)
  assert.match(shown, /Missing for level 4, Full safe harbor/)
  assert.match(shown, /The organization judges itself/)
  const cli = polder('policy', 'check', 'h:partial', '--hub', hub.dir, '--json')
  assert.equal(cli.status, 0, cli.stderr)
  assert.equal(JSON.parse(cli.stdout).level, 3)
  const file = polder('policy', 'check', hub.file('policy.json', full))
  assert.match(file.stdout, /^Level 5 of 5: Full safe harbor with coordinated disclosure\n/)
  assert.equal(polder('policy', 'check', 'h:acme', '--hub', hub.dir).status, 1)
})

test('an organization shows its policy and level, or how little there is', async () => {
  assert.match(unescaped((await page('/r/h:acme')).text.replace(/<[^>]*>/g, ' ')), /Safe harbor for finders\s+Acme policy\s+5\s+of 5/)
  assert.match(unescaped((await page('/r/h:lonely')).text.replace(/<[^>]*>/g, ' ')), /1\s+of 5\s+Contact\./)
  assert.doesNotMatch((await page('/r/h:lonely')).text, /Fill in contacts/)
})

test('the directory has what is public, the most protective first, and narrows it', async () => {
  const all = (await hub.json('/api/v1/policies')).body
  assert.deepEqual(all.items.map((one) => [one.policy.title, one.level]), [['Acme policy', 5], ['Beta policy', 3], ['Gamma policy', 0]])
  assert.deepEqual((await hub.json('/api/v1/policies?level=4')).body.items.map((one) => one.policy.title), ['Acme policy'])
  assert.deepEqual((await hub.json('/api/v1/policies?q=beta')).body.items.map((one) => one.policy.title), ['Beta policy'])
  assert.deepEqual((await hub.json('/api/v1/policies?organization=h:acme')).body.items.map((one) => one.policy.title), ['Acme policy'])
  assert.equal((await hub.json('/api/v1/policies?harbor=full')).body.total, 2)
  assert.equal((await hub.json('/api/v1/policies?limit=1&page=2')).body.items[0].policy.title, 'Beta policy')
  const shown = await page('/policies')
  assert.equal(shown.status, 200)
  assert.ok(shown.text.indexOf('Acme policy') < shown.text.indexOf('Beta policy'))
  assert.doesNotMatch(shown.text, /Draft policy/)
  assert.match(shown.text, /3 business days/)
  assert.match((await page('/policies?level=5&q=beta')).text, /No policy fits/)
  for (const bad of ['/policies?level=9', '/policies?page=0', '/api/v1/policies?nonsense=1', '/policies?harbor=some']) assert.equal((await page(bad)).status, 400, bad)
})

test('up to four policies are compared, row by row', async () => {
  const {body} = await hub.json('/api/v1/policies/compare?id=h:full&id=h:partial&id=h:full')
  assert.deepEqual(body.policies.map((one) => one.policy.title), ['Acme policy', 'Beta policy'])
  const row = (title) => body.rows.find((one) => one.title === title)?.cells
  assert.deepEqual(row('Access is authorised').map((one) => one.yes), [true, true])
  assert.deepEqual(row('Good faith is judged by somebody else').map((one) => one.yes), [true, false])
  assert.deepEqual(row('Acknowledge').map((one) => one.text), ['3 business days', '1 week'])
  assert.deepEqual(row('After').map((one) => one.text), ['90 days', undefined])
  assert.deepEqual(row('Reward').map((one) => one.text), ['Bounty, from EUR 100 up to EUR 5000', undefined])
  assert.equal(row('Languages')[0].text, 'en, nl')
  assert.equal(row('Law'), undefined)
  const shown = await page('/policies/compare?id=h:full&id=h:partial')
  assert.equal(shown.status, 200)
  assert.match(shown.text, /data-label="Beta policy"/)
  assert.equal((await page('/policies/compare')).status, 200)
  assert.equal((await page('/policies/compare?id=h:full&id=h:draft')).status, 404)
  assert.equal((await page('/policies/compare?id=h:full&id=h:acme')).status, 404)
})

test('a policy counts as an organization\'s only where somebody who may speak for it says so', async () => {
  const evil = (await stranger.done(201, 'POST', '/records', {kind: 'policy', body: {...full, title: 'Evil policy', channels: [{type: 'email', address: 'evil@evil.example'}]}})).body
  await stranger.done(201, 'POST', `/records/${evil.uid}/links`, {rel: 'issued-by', target: 'h:acme'})
  await stranger.done(201, 'POST', `/records/${evil.uid}/links`, {rel: 'governs', target: 'h:model'})
  await stranger.done(200, 'POST', `/records/${evil.uid}/moves`, {move: 'publish'})
  assert.deepEqual((await hub.json(`/api/v1/policies/${evil.uid}/assessment`)).body.issuers, [])
  assert.match((await page(`/r/${evil.uid}`)).text, /It names Acme as its issuer\. Nobody from there/)
  assert.doesNotMatch((await page('/organizations/h:acme/security.txt')).text, /evil/)
  const uid = await report()
  assert.deepEqual((await grantsOf(uid)).policies.map((one) => one.policy.title), ['Acme policy'])
  const refused = await send(`/r/${uid}/harbor`, {policy: evil.uid}, 'finder')
  assert.equal(refused.status, 409)
  // A coordinator who makes the link himself vouches for it, until the stranger writes again.
  await coordinator.done(200, 'DELETE', `/records/${evil.uid}/links`, {rel: 'issued-by', target: 'h:acme'})
  await coordinator.done(201, 'POST', `/records/${evil.uid}/links`, {rel: 'issued-by', target: 'h:acme'})
  assert.deepEqual((await hub.json(`/api/v1/policies/${evil.uid}/assessment`)).body.issuers, [], 'the body is still the stranger\'s')
  await coordinator.done(200, 'POST', `/records/${evil.uid}/moves`, {move: 'withdraw', reason: 'Not Acme\'s.'})
})

let granted
test('a finder accepts a policy, shows the grant, and the grant tells nothing of the report', async () => {
  const uid = await report()
  const own = await page(`/r/${uid}`, 'finder')
  assert.match(own.text, /Accept this policy/)
  assert.equal((await send(`/r/${uid}/harbor`, {policy: 'h:full'}, 'finder')).status, 303)
  await finder.done(200, 'POST', `/records/${uid}/acts`, {act: 'harbor.accept', args: {policy: 'h:full'}})
  const {grants} = await grantsOf(uid)
  assert.equal(grants.length, 1, 'once for each text of the policy')
  const [{id, url, statement, opening}] = grants
  assert.match(id, /^[A-Za-z0-9_-]{22}$/)
  assert.equal(url, `${address}/harbor/${id}`)
  assert.match(statement.accepted, /^\d{4}-\d\d-\d\d$/)
  const shown = await page(`/harbor/${id}`)
  assert.equal(shown.status, 200)
  assert.match(shown.headers['cache-control'], /no-store/)
  assert.match(shown.headers['x-robots-tag'], /noindex/)
  assert.match(shown.text, /The signature is good/)
  assert.match(shown.text, /“Acme policy” of Acme\. The hub/)
  const file = await page(`/harbor/${id}.json`)
  assert.match(file.headers['cache-control'], /no-store/)
  const time = opening.at.slice(11, 19)
  for (const text of [shown.text, file.text])
    for (const secret of [uid, 'nobody may hear', 'tells secrets', 'finder@', time, opening.salt]) assert.ok(!text.includes(secret), secret)
  for (const nothing of [`/harbor/${'A'.repeat(22)}`, '/harbor/x', `/harbor/${id.toLowerCase()}x`]) assert.equal((await page(nothing)).status, 404, nothing)
  granted = {uid, id, file: JSON.parse(file.text), opening}
})

test('nobody else is told of a grant, or may accept in the finder\'s name', async () => {
  assert.equal((await stranger.get(`/records/${granted.uid}/grants`)).status, 404)
  assert.deepEqual(await grantsOf(granted.uid, coordinator), {grants: [], policies: []})
  const seen = (await page(`/r/${granted.uid}`, 'coordinator')).text
  assert.ok(!seen.includes(granted.id))
  assert.ok(!(await coordinator.get(`/records/${granted.uid}/history`)).text.includes(granted.id))
  assert.equal((await page(`/r/${granted.uid}/harbor/${granted.id}.json`, 'coordinator')).status, 404)
  assert.equal((await page(`/r/${granted.uid}/harbor/${granted.id}.json`, 'finder')).status, 200)
  assert.equal((await send(`/r/${granted.uid}/harbor`, {policy: 'h:full'}, 'coordinator')).status, 403)
  assert.equal((await send(`/r/${granted.uid}/harbor`, {policy: 'h:full'}, 'stranger')).status, 404)
})

test('what can\'t be accepted is refused', async () => {
  const draft = await report('h:model', false)
  assert.equal((await send(`/r/${draft}/harbor`, {policy: 'h:full'}, 'finder')).status, 409)
  const elsewhere = await report('h:other')
  assert.deepEqual((await grantsOf(elsewhere)).policies.map((one) => one.policy.title), ['Beta policy'])
  assert.equal((await send(`/r/${elsewhere}/harbor`, {policy: 'h:full'}, 'finder')).status, 409)
  assert.equal((await send(`/r/${elsewhere}/harbor`, {policy: 'h:draft'}, 'finder')).status, 404)
  assert.equal((await send(`/r/${elsewhere}/harbor`, {policy: 'h:acme'}, 'finder')).status, 404)
})

const check = (file, ...more) => {
  const r = polder('grant', 'check', hub.file('grant.json', file), '--json', ...more)
  return {status: r.status, ...(r.stdout && JSON.parse(r.stdout))}
}

test('a grant is checked without the hub', async () => {
  const document = (await page('/.well-known/polder.json')).text
  const path = hub.file('polder.json', document)
  assert.deepEqual(check(granted.file, '--hub-document', path).verdict, 'valid')
  assert.equal(check(granted.file, '--hub-document', path).status, 0)
  assert.equal(check(granted.file).verdict, 'unconfirmed')
  assert.equal(check(granted.file).status, 1)
  const opened = check(granted.file, '--hub-document', path, '--opening', hub.file('opening.json', granted.opening))
  assert.equal(opened.opens, true)
  const other = check(granted.file, '--hub-document', path, '--opening', hub.file('opening.json', {...granted.opening, report: 'R-0000-0000'}))
  assert.deepEqual([other.opens, other.status], [false, 1])
  const changed = structuredClone(granted.file)
  changed.statement.issuers[0].name = 'Somebody else'
  assert.equal(check(changed, '--hub-document', path).verdict, 'tampered')
  const another = {...JSON.parse(document), uid: 'R-0000-0000'}
  assert.equal(check(granted.file, '--hub-document', hub.file('other.json', another)).verdict, 'wrong-hub')
  assert.equal(check(granted.file, '--hub-document', hub.file('other.json', {...JSON.parse(document), keys: []})).verdict, 'unknown-key')
  const policy = structuredClone(granted.file)
  policy.policy.safe_harbor.anti_hacking.text = 'You may do all.'
  assert.equal(check(policy, '--hub-document', path).verdict, 'other-policy')
  assert.equal(check({}, '--hub-document', path).verdict, 'malformed')
  assert.match(polder('grant', 'check', hub.file('grant.json', changed), '--hub-document', path).stdout, /^tampered\n/)
})

test('a change of key leaves what was signed good', async () => {
  hub.polder('admin', 'rotate-key')
  const document = JSON.parse((await page('/.well-known/polder.json')).text)
  assert.equal(document.keys.length, 2)
  assert.ok(document.keys[1].until && !document.keys[0].until)
  assert.equal(check(granted.file, '--hub-document', hub.file('polder.json', document)).verdict, 'valid')
  assert.match((await page(`/harbor/${granted.id}`)).text, /The signature is good/)
  assert.equal(statSync(join(hub.dir, 'signing.key')).mode & 0o777, 0o600)
  const copy = join(hub.folder, 'backup')
  hub.polder('backup', copy)
  assert.ok(!existsSync(join(copy, 'signing.key')))
})

test('a grant stays as it was when the policy is changed or withdrawn', async () => {
  const {uid, etag} = (await coordinator.get('/records/h:full')).body
  await coordinator.done(200, 'PATCH', `/records/${uid}`, {title: 'Acme, second policy', technical_safe_harbor: null}, {'if-match': `"${etag}"`})
  let shown = (await page(`/harbor/${granted.id}`)).text
  assert.match(shown, /was changed since/)
  assert.match(shown, /“Acme policy”/)
  assert.doesNotMatch(shown, /second policy/)
  assert.match(shown, /The signature is good/)
  assert.equal((await send(`/r/${granted.uid}/harbor`, {policy: 'h:full'}, 'finder')).status, 303)
  assert.deepEqual((await grantsOf(granted.uid)).grants.map((one) => [one.statement.policy.title, one.statement.policy.revision]), [['Acme policy', 1], ['Acme, second policy', 2]])
  await coordinator.done(200, 'POST', `/records/${uid}/moves`, {move: 'withdraw', reason: 'Thought better.'})
  shown = (await page(`/harbor/${granted.id}`)).text
  assert.match(shown, /was withdrawn since\. What was accepted stands below and is still binding/)
  assert.equal(check(JSON.parse((await page(`/harbor/${granted.id}.json`)).text), '--hub-document', hub.file('polder.json', (await page('/.well-known/polder.json')).text)).verdict, 'valid')
  const later = await report()
  const refused = await finder.send('POST', `/records/${later}/acts`, {act: 'harbor.accept', args: {policy: 'h:full'}})
  assert.equal(refused.status, 409, refused.text)
  assert.deepEqual((await grantsOf(later)).policies, [])
  assert.equal((await send(`/r/${later}/harbor`, {policy: 'h:full'}, 'finder')).status, 409)
  await coordinator.done(200, 'POST', `/records/${uid}/moves`, {move: 'renew', reason: 'Again.'})
})

test('a finder who is threatened is heard by every coordinator at once, and by nobody else', async () => {
  const uid = await report('h:other')
  assert.match((await page(`/r/${uid}`, 'finder')).text, /I am threatened/)
  assert.equal((await send(`/r/${uid}/threatened`, {text: ' '}, 'finder')).status, 422)
  assert.equal((await send(`/r/${uid}/threatened`, {text: 'Their lawyer writes of damages.'}, 'finder')).status, 303)
  assert.match((await page('/inbox', 'coordinator')).text, /Their lawyer writes of damages\./)
  assert.match((await page('/threats', 'coordinator')).text, /Their lawyer writes of damages\./)
  assert.match((await page('/desk', 'coordinator')).text, /Finders who are threatened[^]*Their lawyer writes of damages\./)
  assert.equal((await page('/threats', 'stranger')).status, 403)
  const seen = (await page(`/r/${uid}`, 'coordinator')).text
  assert.match(seen, /The finder is threatened/)
  assert.equal((await send(`/r/${uid}/settled`, {note: 'x'}, 'finder')).status, 403)
  assert.equal((await send(`/r/${uid}/threatened`, {text: 'x'}, 'coordinator')).status, 403)
  assert.equal((await send(`/r/${uid}/threatened`, {text: 'x'}, 'stranger')).status, 404)
  assert.equal((await send(`/r/${uid}/settled`, {note: 'They took it back.'}, 'coordinator')).status, 303)
  assert.equal((await send(`/r/${uid}/settled`, {note: 'Again.'}, 'coordinator')).status, 409)
  assert.match((await page('/threats', 'coordinator')).text, /Nobody says so/)
  assert.match((await page('/inbox', 'finder')).text, /They took it back\./)
})

const fields = (text) => text.trim().split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))
const valid = (text) => {
  const r = polder('securitytxt', 'check', hub.file('security.txt', text), '--json')
  assert.equal(r.status, 0, `${text}\n${r.stdout}`)
  return JSON.parse(r.stdout)
}

test('hub and organizations serve security.txt files that are valid', async () => {
  for (const path of ['/.well-known/security.txt', '/organizations/h:acme/security.txt', '/organizations/h:beta/security.txt', '/organizations/h:lonely/security.txt']) {
    const answer = await page(path)
    assert.equal(answer.status, 200, path)
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
    valid(answer.text)
  }
  const acme = fields((await page('/organizations/h:acme/security.txt')).text)
  const of = (name) => acme.filter(([one]) => one === name).map(([, value]) => value)
  assert.deepEqual(of('Contact'), ['mailto:sec@acme.example', 'tel:+31-20-1234567', 'mailto:flaws@acme.example'])
  assert.deepEqual(of('Encryption'), ['https://acme.example/key'])
  assert.equal(of('Canonical')[0], 'https://acme.example/.well-known/security.txt')
  assert.match(of('Canonical')[1], new RegExp(`^${address}/organizations/R-`))
  assert.match(of('Policy')[0], new RegExp(`^${address}/r/`))
  assert.equal(of('Expires').length, 1)
  const lonely = (await page('/organizations/h:lonely/security.txt')).text
  assert.match(lonely, new RegExp(`^Contact: ${address}/report\\?organization=R-`))
  for (const nothing of ['h:hidden', 'h:model', 'no-such']) assert.equal((await page(`/organizations/${nothing}/security.txt`)).status, 404, nothing)
})

test('contacts are taken from a security.txt that somebody pastes', async () => {
  const text = 'Contact: mailto:a%2Bb@beta.example\r\nContact: https://beta.example/report\r\nEncryption: https://beta.example/key\r\nExpires: 2999-01-01T00:00:00Z\r\nPolicy: https://beta.example/policy'
  assert.match((await page('/r/h:beta', 'coordinator')).text, /Fill in contacts/)
  assert.equal((await send('/organizations/h:beta/security-txt', {text}, 'coordinator')).status, 303)
  assert.equal((await send('/organizations/h:beta/security-txt', {text}, 'coordinator')).status, 303)
  const {body} = (await hub.json('/api/v1/records/h:beta')).body
  assert.deepEqual(body.contacts, [{type: 'security', email: 'a+b@beta.example', key: 'https://beta.example/key'}, {type: 'security', url: 'https://beta.example/report'}])
  assert.equal(body.policy_url, 'https://beta.example/policy')
  const refused = await send('/organizations/h:beta/security-txt', {text: 'Contact: a@beta.example\nExpires: 2999-01-01T00:00:00Z'}, 'coordinator')
  assert.equal(refused.status, 422)
  assert.match(refused.text, /Line 1: A mail address must begin with mailto:/)
  assert.equal((await send('/organizations/h:beta/security-txt', {text}, 'stranger')).status, 403)
})

test('files that are not as the RFC wants them are told line by line', () => {
  const r = polder('securitytxt', 'check', hub.file('bad.txt', 'Contact: a@b.example\nExpires: tomorrow\n'))
  assert.equal(r.status, 1)
  assert.match(r.stdout, /line 1: A mail address must begin with mailto:/)
  assert.match(r.stdout, /line 2: .*date/)
})
