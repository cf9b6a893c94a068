// Reporting a flaw: by name, by pseudonym and anonymously, in a browser without JavaScript, over the API and by command; following it with a receipt;
// what is never taken in; what leaves no trace.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Browser, createUser, formOf, has, plain, typed} from './browser.mjs'
import {run} from './cli.mjs'
import {startHub, starter} from './hub.mjs'
import {flaw} from './operations.mjs'
import {Caller, nobody, token} from './people.mjs'

const agent = 'Mozilla/5.0 (a browser that nobody else has)'
let hub, coco, max, desk
const codes = []
before(async () => {
  hub = await startHub({import: [starter], conf: '[hub]\npolicy = policy:polder-default\n[limits]\nwrites = 0\nreads_anonymous = 0\n', logged: true})
  createUser(hub, 'coco', 'coordinator')
  createUser(hub, 'max', 'member')
  coco = token(hub, 'coco')
  max = await new Browser(hub).signIn('max')
  desk = await new Browser(hub).signIn('coco')
})
after(() => hub?.stop())

const sql = (query) => {
  const r = spawnSync('sqlite3', ['-json', join(hub.dir, 'hub.db'), query], {encoding: 'utf8'})
  assert.equal(r.status, 0, r.stderr)
  return JSON.parse(r.stdout || '[]')
}
const questions = (harm, actor, csam) => ({'/classification/real_world_harm': harm, '/classification/malicious_actor': actor, '/classification/csam': csam})
const told = {'/title': 'Chat gives out its instructions', '/description': 'Asked in verse, it recites them.', '/systems/0/name': 'Example Chat', '/severity': 'medium',
  '/steps_to_reproduce': 'Ask in verse.', '/attacker/objectives': 'to learn them', '/disclosure/intent': 'no', '/confirmed': 'true'}
// A form with the questions that follow from three answers.
async function asked(browser, how, three = ['false', 'true', 'false']) {
  const first = await browser.get(`/report/new?how=${how}&fresh=true`)
  assert.equal(first.status, 200, plain(first.text))
  const page = await browser.write(first.text, questions(...three), 'follow')
  assert.equal(page.status, 200)
  return page
}
async function reviewed(browser, how, more = {}, three) {
  const page = await asked(browser, how, three)
  const review = await browser.write(page.text, {...told, ...more}, 'check')
  return review
}
async function sendReview(browser, review, files = [], over = {}) {
  const {pairs} = formOf(review.text, 'enctype="multipart/form-data"')
  return browser.request('/report/new', {parts: [...typed(pairs, {...over, _do: 'send'}).map(([name, value]) => ({name, value})),
    ...files.map(([file, value]) => ({name: '_file', value, file}))]})
}
const codeOf = (page) => page.text.match(/id="receipt-code">([^<]+)</)?.[1]
async function sent(browser, how, more, three, files) {
  const review = await reviewed(browser, how, more, three)
  assert.equal(review.status, 200, plain(review.text))
  const page = await sendReview(browser, review, files)
  assert.equal(page.status, 200, plain(page.text))
  const code = codeOf(page)
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]$/)
  codes.push(code)
  return code
}
async function opened(code) {
  const browser = new Browser(hub)
  const answer = await browser.send((await browser.get('/receipt')).text, 'action="/receipt"', {code})
  assert.equal(answer.status, 303, plain(answer.text))
  return browser
}
const follow = async (browser) => (await browser.get('/receipt/report')).text
const idOf = (text) => text.match(/R-[0-9A-Z]{4}-[0-9A-Z]{4}/)[0]

test('the first page says what is protected and what is not, and has three ways in', async () => {
  const page = await new Browser(hub).get('/report')
  assert.equal(page.status, 200)
  for (const how of ['anonymous', 'pseudonym', 'name']) assert.match(page.text, new RegExp(`/report/new\\?how=${how}`))
  assert.match(plain(page.text), /network is not hidden.*Tor Browser.*comes from the hub/)
  assert.match(plain(page.text), /INHOPE.*CyberTipline.*Internet Watch Foundation/)
  assert.match((await hub.get('/')).text, /href="\/report"/)
})

test('only what the three answers make relevant is asked', async () => {
  const browser = new Browser(hub)
  const first = await browser.get('/report/new?how=anonymous')
  assert.ok(!has(first.text, '/title') && has(first.text, '/classification/csam'))
  const harm = await asked(browser, 'anonymous', ['true', 'false', 'false'])
  assert.ok(has(harm.text, '/harm_narrative') && !has(harm.text, '/attacker/objectives'))
  const misuse = await asked(browser, 'anonymous', ['false', 'true', 'false'])
  assert.ok(!has(misuse.text, '/harm_narrative') && has(misuse.text, '/attacker/objectives') && has(misuse.text, '/proof_of_concept'))
  const hazard = await asked(browser, 'anonymous', ['false', 'false', 'false'])
  assert.ok(has(hazard.text, '/statistics/claim') && !has(hazard.text, '/proof_of_concept'))
  assert.ok(!has(hazard.text, '/reporter/email') && !has(hazard.text, '/reporter/name'), 'nobody is asked who reports anonymously')
  assert.ok(has((await asked(browser, 'pseudonym')).text, '/reporter/email'))
})

test('an anonymous report is sent, followed, answered, changed and taken back, without JavaScript', async () => {
  const code = await sent(new Browser(hub), 'anonymous', {}, undefined, [['log.txt', 'a line'], ['b.txt', 'another']])
  const finder = await opened(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l'))
  let page = await follow(finder)
  assert.match(plain(page), /It has arrived .* waits for a coordinator .*within 3 business days/)
  assert.match(plain(page), /log\.txt.*b\.txt/)
  const id = idOf(page)
  const record = (await coco.get(`/records/${id}`)).body
  assert.equal(record.state, 'received')
  assert.equal(record.body.classification.type, 'vulnerability')
  assert.deepEqual(sql(`SELECT e.type, e.state FROM event e JOIN record r ON r.id = e.record WHERE r.uid = '${id}' ORDER BY seq LIMIT 2`), [{type: 'create', state: 'draft'}, {type: 'move', state: 'received'}])
  await coco.done(200, 'POST', `/records/${id}/moves`, {move: 'acknowledge'})
  await coco.done(201, 'POST', `/records/${id}/comments`, {text: 'Which version was it?', audiences: ['owner']})
  await coco.done(201, 'POST', `/records/${id}/comments`, {text: 'Among ourselves.', audiences: ['coordinators']})
  page = await follow(finder)
  assert.match(plain(page), /A coordinator has it.*1 new message.*Which version was it\?/)
  assert.ok(!page.includes('Among ourselves'))
  assert.ok(!plain(await follow(finder)).includes('new message'), 'read once, it is not new')
  const answer = await finder.send(page, 'action="/receipt/message"', {text: 'The one of May.'})
  assert.equal(answer.headers.location, '/receipt/report?done=message')
  assert.match(JSON.stringify((await coco.get(`/records/${id}/messages`)).body.items), /The one of May\./)
  const file = page.match(/href="(\/receipt\/files\/[0-9a-f]+)"/)[1]
  assert.equal((await finder.get(file)).text, 'a line')
  assert.equal((await finder.get(file)).headers['cache-control'], 'no-store')
  assert.equal((await new Browser(hub).get(file)).status, 404)
  const added = await finder.request('/receipt/files', {parts: [{name: 'csrf', value: formOf(page, '/receipt/files').pairs[0][1]}, {name: '_file', value: 'more', file: 'c.txt'}]})
  assert.equal(added.headers.location, '/receipt/report?done=files')
  const form = await finder.get('/receipt/change')
  const saved = await finder.write(form.text, {'/summary': 'In short.', '/reporter/credit': 'anonymous'})
  assert.equal(saved.headers.location, '/receipt/report?done=changed', plain(saved.text))
  assert.match(plain(await follow(finder)), /Credit Anonymous/)
  const back = await finder.send(await follow(finder), 'action="/receipt/withdraw"', {reason: 'A mistake of mine.'})
  assert.equal(back.headers.location, '/receipt/report?done=withdrawn', plain(back.text))
  assert.equal((await coco.get(`/records/${id}`)).body.state, 'withdrawn')
  const left = await finder.send(await follow(finder), 'action="/receipt/leave"')
  assert.equal(left.headers.location, '/receipt')
  assert.equal((await finder.get('/receipt/report')).headers.location, '/receipt')
})

test('who reports without a name accepts a safe harbor, shows it, and is heard when threatened', async () => {
  const finder = await opened(await sent(new Browser(hub), 'anonymous'))
  const page = await follow(finder)
  assert.match(plain(page), /Safe harbor.*Disclosure policy with full safe harbor.*5 of 5/)
  assert.equal((await finder.send(page, 'action="/receipt/harbor"', {})).headers.location, '/receipt/report?done=accepted')
  const after_ = await follow(finder)
  const grant = after_.match(/href="(\/harbor\/[\w-]{22})"/)[1], opening = after_.match(/href="(\/receipt\/harbor\/[\w-]{22}\.json)"/)[1]
  const shown = await new Browser(hub).get(grant)
  assert.equal(shown.status, 200)
  assert.match(shown.text, /The signature is good/)
  for (const secret of [idOf(page), 'A-', told['/title']]) assert.ok(!shown.text.includes(secret) || (secret === 'A-' && !/A-[0-9A-Z]{4}-[0-9A-Z]{4}/.test(shown.text)), secret)
  assert.equal(JSON.parse((await finder.get(opening)).text).report, idOf(page))
  assert.equal((await finder.get(opening)).headers['cache-control'], 'no-store')
  assert.equal((await new Browser(hub).get(opening)).status, 404)
  assert.equal((await opened(codes[0]).then((other) => other.get(opening))).status, 404)
  assert.equal((await finder.send(after_, 'action="/receipt/threatened"', {text: 'They wrote to my employer.'})).headers.location, '/receipt/report?done=told')
  assert.match(plain((await desk.get('/threats')).text), /They wrote to my employer\./)
  assert.match(plain(await follow(finder)), /You said that you are threatened\. The coordinators know\./)
})

test('who reports without a name disputes what was decided, and takes part in it with the receipt alone', async () => {
  const code = await sent(new Browser(hub), 'anonymous'), finder = await opened(code)
  const id = idOf(await follow(finder))
  await coco.done(200, 'POST', `/records/${id}/moves`, {move: 'invalidate', reason: 'It does not happen here.'})
  assert.match(plain(await follow(finder)), /You disagree\? .*Dispute what was decided/)
  const form = (await finder.get('/receipt/dispute')).text
  assert.doesNotMatch(form, /name="behalf"/)
  const empty = await finder.send(form, 'action="/receipt/dispute"', {question: 'valid', statement: ' '})
  assert.equal(empty.status, 422)
  assert.match(plain(empty.text), /Say why/)
  const filed = await finder.send(form, 'action="/receipt/dispute"', {question: 'valid', statement: 'It happens in verse alone.'})
  assert.equal(filed.status, 303, plain(filed.text))
  const path = filed.headers.location, dispute = idOf(path)
  assert.equal(path, `/receipt/disputes/${dispute}`)
  const shown = await finder.get(path)
  assert.equal(shown.headers['cache-control'], 'no-store')
  assert.match(plain(shown.text), /Who disputes it You It happens in verse alone\. Who answers for it The hub Has not answered yet/)
  assert.match(plain(await follow(finder)), /Disputed\. Is it valid\?/)
  const told = JSON.parse((await hub.request('/api/v1/receipt', {headers: {authorization: `Receipt ${code}`, accept: 'application/json'}})).text)
  assert.deepEqual(told.disputes.map((one) => [one.id, one.question, one.state]), [[dispute, 'valid', 'filed']])
  assert.deepEqual(hub.polder('receipt', code, '--json').disputes, told.disputes)
  assert.equal((await opened(codes[0]).then((other) => other.get(path))).status, 404)
  assert.equal((await new Browser(hub).get(path)).headers.location, '/receipt')
  const changed = await finder.send(shown.text, 'id="do-dispute.state"', {text: 'It happens in verse, and in song.'})
  assert.equal(changed.headers.location, `${path}?done=acted`, plain(changed.text))
  await coco.done(200, 'POST', `/records/${dispute}/acts`, {act: 'dispute.decide', args: {outcome: 'reject', reasons: 'Tried again, in verse.'}})
  const ruled = (await finder.get(path)).text
  assert.match(plain(ruled), /in song\. .*The record stands as it is .*Tried again, in verse\. .*Accept the ruling .*Take it to the next level/)
  assert.equal((await finder.send(ruled, 'id="do-dispute.escalate"', {text: 'In song, too.'})).status, 303)
  assert.equal((await coco.get(`/records/${dispute}`)).body.state, 'with-panel')
  /* What is not a finder's to do here is not done here. */
  assert.equal((await finder.send(shown.text, 'id="do-dispute.state"', {act: 'dispute.decide', text: 'I am right.'})).status, 404)
})

test('a typing error in a code is told as one, and a code that never was as unknown', async () => {
  const browser = new Browser(hub)
  const page = await browser.get('/receipt')
  const code = codes[0], wrong = code.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')), swapped = code[1] + code[0] + code.slice(2)
  const say = async (typed) => plain((await browser.send(page.text, 'action="/receipt"', {code: typed})).text)
  assert.match(await say(wrong), /typing error/)
  if (code[0] !== code[1]) assert.match(await say(swapped), /typing error/)
  assert.match(await say(code.slice(0, 10)), /here are 9|here are 8/)
  assert.match(await say('0'.repeat(25)), /no report with this receipt code/)
  assert.match(await say(code + 'AAAA'), /longer than a receipt code/)
})

test('what is missing is said at once and nothing typed is lost', async () => {
  const browser = new Browser(hub)
  const page = await asked(browser, 'pseudonym')
  const refused = await browser.write(page.text, {...told, '/severity': '', '/confirmed': null, '/reporter/name': ''}, 'check')
  assert.equal(refused.status, 422)
  assert.match(plain(refused.text), /Choose the name.*Severity is missing.*good faith/)
  assert.equal(Object.fromEntries(formOf(refused.text, 'data-form').pairs)['/description'], told['/description'])
})

test('a draft of somebody without an account is kept under a code, is read by nobody without it, and is sent with it', async () => {
  const browser = new Browser(hub)
  const page = await asked(browser, 'pseudonym')
  const automatic = await browser.write(page.text, {'/title': 'A secret title', _automatic: '1'}, '')
  assert.match(automatic.text, /Not kept/)
  assert.equal(sql('SELECT count(*) AS n FROM receipt WHERE record IS NULL')[0].n, 0)
  const kept = await browser.write(page.text, {...told, '/title': 'A secret title', '/reporter/name': 'watchful'}, 'draft')
  const code = codeOf(kept)
  codes.push(code)
  const row = sql(`SELECT record, hex(draft) AS draft FROM receipt WHERE record IS NULL`)[0]
  assert.ok(row && !Buffer.from(row.draft, 'hex').includes('secret'))
  const elsewhere = await opened(code)
  const again = await elsewhere.follow(await elsewhere.get('/receipt'))
  assert.equal(Object.fromEntries(formOf(again.text, 'data-form').pairs)['/title'], 'A secret title')
  assert.match(plain(again.text), /Report by pseudonym/)
  const review = await elsewhere.write(again.text, {}, 'check')
  const done = await sendReview(elsewhere, review)
  assert.equal(codeOf(done), code, 'the draft’s code is the report’s')
  assert.equal(sql('SELECT count(*) AS n FROM receipt WHERE record IS NULL OR draft IS NOT NULL')[0].n, 0)
  assert.match(plain(await follow(await opened(code))), /A secret title/)
})

test('a draft can be thrown away, and its code is none any more', async () => {
  const browser = new Browser(hub)
  const kept = await browser.write((await asked(browser, 'anonymous')).text, {'/title': 'Never mind'}, 'draft')
  const code = codeOf(kept)
  const gone = await browser.write(kept.text, {}, 'discard')
  assert.equal(gone.headers.location, '/report')
  const other = new Browser(hub)
  assert.match(plain((await other.send((await other.get('/receipt')).text, 'action="/receipt"', {code})).text), /no report with this receipt code/)
})

test('by name the report is the account’s, its draft stands among its drafts, and no code is given', async () => {
  assert.match((await new Browser(hub).get('/report/new?how=name')).headers.location, /^\/sign-in/)
  const page = await asked(max, 'name')
  await max.write(page.text, {...told, '/title': 'Told by name'}, 'draft')
  assert.match((await max.get('/drafts')).text, /new\/report/)
  const again = await max.get('/report/new?how=name')
  assert.equal(Object.fromEntries(formOf(again.text, 'data-form').pairs)['/title'], 'Told by name')
  const review = await max.write(again.text, {}, 'check')
  const answer = await sendReview(max, review)
  assert.equal(answer.status, 303, plain(answer.text))
  const receipt = await max.follow(answer)
  assert.ok(!codeOf(receipt) && /Your receipt number/.test(receipt.text))
  assert.equal((await max.get(`/r/${idOf(receipt.text)}`)).status, 200)
  assert.ok(!(await max.get('/drafts')).text.includes('new/report'))
})

test('a pseudonym is tied to no account, even of somebody who is signed in', async () => {
  const review = await (async () => {
    const page = await asked(max, 'pseudonym')
    return max.write(page.text, {...told, '/reporter/name': 'watchful', '/title': 'Told by a pseudonym'}, 'check')
  })()
  const cookie = max.cookie
  const done = await sendReview(max, review)
  max.cookie = cookie
  const code = codeOf(done)
  codes.push(code)
  const id = idOf(await follow(await opened(code)))
  assert.match(sql(`SELECT created_by FROM record WHERE uid = '${id}'`)[0].created_by, /^A-/)
  assert.equal((await max.get(`/r/${id}`)).status, 404)
})

test('many systems are pasted as a list, and those that the hub knows are offered and linked', async () => {
  const browser = new Browser(hub)
  const page = await asked(browser, 'anonymous')
  const list = Array.from({length: 99}, (_, i) => `System ${i}; ${i}.0; Lab ${i}`).join('\r\n')
  const review = await browser.write(page.text, {...told, '/systems/0/name': 'ChatGPT', _systems: list}, 'check')
  assert.equal(review.status, 200, plain(review.text))
  const known = review.text.match(/name="_link" value="([^"]+)"/)[1]
  const done = await sendReview(browser, review, [], {_link: known})
  const id = idOf(await follow(await opened(codeOf(done))))
  const record = (await coco.get(`/records/${id}`)).body
  assert.equal(record.body.systems.length, 100)
  assert.deepEqual(record.body.systems[99], {name: 'System 98', version: '98.0', developer: 'Lab 98'})
  assert.deepEqual(record.links.find((one) => one.rel === 'affects').items.map((one) => one.uid), [known])
  const much = await browser.write(page.text, {...told, _systems: list + '\nOne more\nAnd one'}, 'check')
  assert.equal(much.status, 422)
  assert.match(plain(much.text), /at most 100 systems/)
})

test('what is public and alike is shown before sending, and what is confidential is not', async () => {
  await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous', {title: 'Zebrafish assistant recites zoological instructions'}))
  const review = await reviewed(new Browser(hub), 'anonymous', {'/title': 'Zebrafish assistant recites zoological instructions'})
  assert.ok(!/name="_same"/.test(review.text))
  const alike = await reviewed(new Browser(hub), 'anonymous', {'/title': 'Bing Chat recited its hidden instructions'})
  assert.match(plain(alike.text), /Is it one of these\?.*Bing Chat recited its hidden instructions/)
})

test('a form that is sent twice is one report, with the same code', async () => {
  const browser = new Browser(hub)
  const review = await reviewed(browser, 'anonymous', {'/title': 'Sent twice'})
  const [one, two] = await Promise.all([sendReview(browser, review), sendReview(browser, review)])
  assert.equal(codeOf(one), codeOf(two))
  assert.equal((await coco.get('/search?q=x')).status, 200)
  const id = idOf(await follow(await opened(codeOf(one))))
  assert.equal(sql(`SELECT count(*) AS n FROM receipt r JOIN record o ON o.id = r.record WHERE o.uid = '${id}'`)[0].n, 1)
  const other = await sendReview(browser, review, [], {'/title': 'Sent twice, otherwise'})
  assert.equal(codeOf(other), codeOf(one))
  assert.match(plain(other.text), /in other words; those were kept/)
})

// ---- the gate ----

const minors = ['false', 'false', 'true']
const files = () => {
  const out = []
  const walk = (folder) => existsSync(folder) && readdirSync(folder).forEach((name) => (statSync(join(folder, name)).isDirectory() ? walk(join(folder, name)) : out.push(name)))
  walk(join(hub.dir, 'files'))
  return out
}
const csam = (more = {}) => flaw('anonymous', {classification: {real_world_harm: false, malicious_actor: true, csam: true, csam_acknowledged: true}, steps_to_reproduce: undefined, ...more})

test('where minors are concerned the page takes no file, no proof and no draft of them', async () => {
  const browser = new Browser(hub)
  const page = await asked(browser, 'anonymous')
  const filled = await browser.write(page.text, {...told, '/proof_of_concept': 'FORBIDDEN-PROOF'}, 'follow')
  const turned = await browser.write(filled.text, questions(...['false', 'true', 'true']), 'follow')
  assert.ok(!turned.text.includes('FORBIDDEN-PROOF') && !turned.text.includes('Ask in verse'), 'what was typed before is gone')
  assert.ok(!has(turned.text, '/evidence/0/title') && !has(turned.text, '/steps_to_reproduce'))
  assert.match(plain(turned.text), /Send no such material.*INHOPE/)
  const missing = await browser.write(turned.text, {}, 'check')
  assert.equal(missing.status, 422)
  const review = await browser.write(turned.text, {'/classification/csam_acknowledged': 'true'}, 'check')
  assert.equal(review.status, 200, plain(review.text))
  assert.ok(!has(review.text, '_file'))
  const before = files()
  const withFile = await sendReview(browser, review, [['x.png', 'FORBIDDEN-FILE']])
  assert.equal(withFile.status, 403)
  assert.deepEqual(files(), before, 'no byte of it was written')
  const code = codeOf(await sendReview(browser, review))
  codes.push(code)
  const finder = await opened(code)
  const shown = await follow(finder)
  assert.ok(!has(shown, '_file'))
  const later = await finder.request('/receipt/files', {parts: [{name: 'csrf', value: formOf(shown, '/receipt/message').pairs[0][1]}, {name: '_file', value: 'FORBIDDEN-FILE', file: 'x.png'}]})
  assert.equal(later.status, 403)
  const evidence = await finder.write((await finder.get('/receipt/change')).text, {'/evidence/0/text': 'FORBIDDEN-TEXT', '/proof_of_concept': 'FORBIDDEN-PROOF'})
  assert.ok([303, 422].includes(evidence.status))
  assert.equal(sql("SELECT count(*) AS n FROM revision WHERE instr(body, 'FORBIDDEN') > 0")[0].n, 0)
  assert.deepEqual(files(), before)
})

test('nor does the API, for reports, files, changes or whoever coordinates', async () => {
  const before = files()
  for (const more of [{evidence: [{text: 'x'}]}, {proof_of_concept: 'x'}, {steps_to_reproduce: 'x'}, {references: [{url: 'https://example.org/'}]}, {classification: {real_world_harm: false, malicious_actor: true, csam: true}}])
    assert.equal((await nobody(hub).post('/reports', csam(more))).status, 422, JSON.stringify(more))
  const {body} = await nobody(hub).done(201, 'POST', '/reports', csam())
  codes.push(body.receipt)
  const receipt = {authorization: `Receipt ${body.receipt}`}
  assert.equal((await nobody(hub).send('POST', '/receipt/files?name=x.txt', 'x', {...receipt, 'content-type': 'text/plain'})).status, 403)
  assert.equal((await nobody(hub).patch('/receipt', {proof_of_concept: 'x'}, receipt)).status, 422)
  assert.equal((await coco.send('POST', `/records/${body.id}/files?name=x.txt`, 'x', {'content-type': 'text/plain'})).status, 403)
  assert.equal((await nobody(hub).get('/receipt', receipt)).body.takes_files, false)
  assert.deepEqual(files(), before)
})

test('nor does the command line, and nothing leaves the machine', () => {
  const report = hub.file('csam.json', csam().body), file = hub.file('x.txt', 'x'), before = files()
  for (const where of [hub.dir, `http://${hub.host}:${hub.port}`]) {
    const r = run(['report', '--file', report, '--anonymous', '--attach', file, '--hub', where])
    assert.equal(r.status, 1, r.stdout + r.stderr)
    assert.match(r.stderr, /no file is ever/)
    const fine = run(['report', '--file', report, '--anonymous', '--json', '--hub', where])
    assert.equal(fine.status, 0, fine.stderr)
    const {receipt} = JSON.parse(fine.stdout)
    codes.push(receipt)
    const later = run(['receipt', '--attach', file, '--hub', where], {input: receipt + '\n'})
    assert.equal(later.status, 1, later.stdout + later.stderr)
  }
  assert.deepEqual(files(), before)
})

test('a report that comes to concern minors loses its files, and what earlier versions said', async () => {
  const {body} = await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous', {proof_of_concept: 'EARLIER-PROOF', steps_to_reproduce: 'EARLIER-STEPS'}))
  codes.push(body.receipt)
  const receipt = {receipt: body.receipt}
  const before = files()
  await nobody(hub).done(201, 'POST', '/receipt/files?name=bad.txt', 'bytes of no other file', {...receipt, 'content-type': 'text/plain'})
  await nobody(hub).done(201, 'POST', '/receipt/files?name=shared.txt', 'a line', {...receipt, 'content-type': 'text/plain'})
  assert.equal(files().length, before.length + 2, 'each is encrypted with the key of its own report')
  const patch = {classification: {csam: true, csam_acknowledged: true}, proof_of_concept: null, steps_to_reproduce: null}
  await nobody(hub).done(200, 'PATCH', '/receipt', patch, receipt)
  assert.deepEqual(files(), before, 'the bytes are gone')
  const shown = (await coco.get(`/records/${body.uid ?? body.id}/history`)).text
  assert.ok(!shown.includes('EARLIER'), 'nor does the history tell')
  assert.deepEqual((await nobody(hub).get('/receipt', receipt)).body.files, [])
  assert.equal(sql("SELECT count(*) AS n FROM revision WHERE instr(body, 'EARLIER') > 0")[0].n, 0)
  assert.equal((await nobody(hub).send('POST', '/receipt/files?name=x.txt', 'x', {...receipt, 'content-type': 'text/plain'})).status, 403)
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
})

// ---- the API ----

test('the same Idempotency-Key gives the same receipt, which is stored nowhere, and another report is refused', async () => {
  const key = {'idempotency-key': 'b7e1c0a4-5f2d-4c1e-9d43-0f6a4b1c2d3e'}
  const one = await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous', {title: 'Once'}), key)
  const two = await nobody(hub).done(200, 'POST', '/reports', flaw('anonymous', {title: 'Once'}), key)
  codes.push(one.body.receipt)
  assert.equal(two.body.receipt, one.body.receipt)
  assert.equal(two.body.again, true)
  assert.equal((await nobody(hub).post('/reports', flaw('anonymous', {title: 'Another'}), key)).status, 422)
  assert.match((await nobody(hub).post('/reports', flaw('anonymous'), {'idempotency-key': 'short'})).text, /hard to guess/)
  assert.equal(sql('SELECT count(*) AS n FROM idempotency')[0].n, 0)
})

test('what is wrong with a report is told field by field', async () => {
  const {status, body} = await nobody(hub).post('/reports', flaw('anonymous', {severity: 'dreadful', systems: []}))
  assert.equal(status, 422)
  assert.deepEqual(body.errors.map((one) => one.pointer).sort(), ['/body/severity', '/body/systems'])
  assert.match((await nobody(hub).post('/reports', flaw('anonymous', {reporter: {email: 'a@example.org'}}))).text, /reporter\/email/)
  assert.equal((await nobody(hub).post('/reports', flaw('pseudonym', {reporter: {}}))).status, 422)
  assert.equal((await nobody(hub).post('/reports', flaw('name'))).status, 403)
  assert.equal((await new Caller(hub).send('POST', '/reports', flaw('anonymous'), {cookie: max.cookie})).body.how, 'anonymous')
})

test('a receipt opens its own report and no other address', async () => {
  const {body} = await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous'))
  codes.push(body.receipt)
  const receipt = {authorization: `Receipt ${body.receipt}`}
  assert.equal((await nobody(hub).get('/receipt', receipt)).body.id, body.id)
  assert.equal((await nobody(hub).get(`/records/${body.id}`, receipt)).status, 401)
  assert.equal((await nobody(hub).get('/receipt')).status, 401)
  assert.equal((await nobody(hub).get(`/records/${body.id}`)).status, 404)
  assert.equal((await hub.request(`/r/${body.id}`)).status, 404)
  const finder = await opened(body.receipt)
  assert.equal((await finder.get(`/r/${body.id}`)).status, 404)
  await nobody(hub).done(201, 'POST', '/receipt/messages', {text: 'Anybody there?'}, receipt)
  assert.equal((await nobody(hub).get('/receipt', receipt)).body.messages[0].text, 'Anybody there?')
})

test('a form of another browser, or without its proof, does nothing', async () => {
  const finder = await opened(codes[0])
  for (const path of ['/receipt/message', '/receipt/withdraw', '/receipt/claim', '/receipt/files', '/receipt/harbor', '/receipt/threatened']) {
    const answer = await finder.request(path, {pairs: [['csrf', '0'.repeat(32)], ['text', 'forged'], ['reason', 'forged'], ['policy', 'policy:polder-default']]})
    assert.equal(answer.status, 403, path)
  }
  assert.match((await finder.get('/receipt/report')).headers['set-cookie'][0], /^polder-receipt=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/)
})

test('codes are tried a few times and then no more', async () => {
  const made = await startHub()
  try {
    const browser = new Browser(made)
    const page = await browser.get('/receipt')
    let last
    for (let i = 0; i < 25; i++) last = await browser.send(page.text, 'action="/receipt"', {code: '0'.repeat(25)})
    assert.equal(last.status, 503)
    assert.match(plain(last.text), /too many codes were tried/i)
  } finally {
    await made.stop()
  }
})

// ---- duplicates ----

test('whoever sorts reports sees what is alike and why, joins them, and the second finder takes part with a receipt of their own', async () => {
  const words = {title: 'Airline assistant promises refunds that nobody gives', description: 'The helper of the airline promised a refund after a funeral.', systems: [{name: 'Skyways Helper'}]}
  const first = (await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous', words))).body
  const second = (await nobody(hub).done(201, 'POST', '/reports', flaw('pseudonym', {...words, title: 'Refunds promised by the airline assistant'}))).body
  codes.push(first.receipt, second.receipt)
  const page = await desk.get(`/r/${second.id}`)
  assert.match(plain(page.text), /May be the same.*Airline assistant promises refunds.*% alike: same system; same words: .*refund/)
  assert.ok(!(await max.get(`/r/${second.id}`)).text.includes('May be the same'))
  const made = (await coco.done(201, 'POST', '/records', {kind: 'case', body: {title: 'Refunds'}})).body
  await coco.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'handles', target: first.id})
  const answer = await desk.send(page.text, `action="/r/${second.id}/duplicate"`, {of: first.id})
  assert.equal(answer.status, 303, plain(answer.text))
  const record = (await coco.get(`/records/${second.id}`)).body
  assert.equal(record.state, 'valid')
  assert.deepEqual(record.links.find((one) => one.rel === 'duplicate-of').items.map((one) => one.uid), [first.id])
  const finder = await opened(second.receipt)
  const shown = plain(await follow(finder))
  assert.match(shown, /Somebody else told of the same flaw.*It has arrived/)
  assert.match(shown, /Worked on together: Refunds/)
  assert.ok(!shown.includes(first.id))
  await coco.done(201, 'POST', `/records/${made.uid}/comments`, {text: 'The repair is ready.', audiences: ['parties']})
  assert.match(plain(await follow(finder)), /The repair is ready\./)
})

test('who signs in can take a report over with its code', async () => {
  const {body} = await nobody(hub).done(201, 'POST', '/reports', flaw('anonymous', {title: 'To be claimed'}))
  const browser = new Browser(hub)
  const opening = await browser.send((await browser.get('/receipt')).text, 'action="/receipt"', {code: body.receipt})
  assert.equal(opening.status, 303)
  browser.cookie = `${browser.cookie}; ${max.cookie}`
  const page = await browser.get('/receipt/report')
  assert.match(plain(page.text), /You are signed in as max, too/)
  const both = browser.cookie
  browser.cookie = both
  const claimed = await browser.request('/receipt/claim', {pairs: formOf(page.text, 'action="/receipt/claim"').pairs, headers: {cookie: `${browser.cookie}; ${max.cookie}`}})
  assert.equal(claimed.headers.location, '/receipt/report?done=claimed', plain(claimed.text))
  assert.equal((await max.get(`/r/${body.id}`)).status, 200)
})

// ---- traces ----

test('no code, no address and no browser of an anonymous finder stands in the database, in files or in the log', async () => {
  const browser = new Browser(hub)
  const request = browser.request.bind(browser)
  browser.request = (path, options = {}) => request(path, {...options, headers: {...options.headers, 'user-agent': agent}})
  const code = await sent(browser, 'anonymous', {'/title': 'Leaves no trace'})
  await browser.get(`/receipt/${code}`)
  const finder = await opened(code)
  await finder.send(await follow(finder), 'action="/receipt/message"', {text: 'still here'})
  await hub.end()
  const everything = ['hub.db', 'hub.db-wal'].filter((name) => existsSync(join(hub.dir, name))).map((name) => readFileSync(join(hub.dir, name), 'latin1')).join('')
  for (const one of codes) assert.ok(!everything.includes(one) && !everything.includes(one.replaceAll('-', '')), 'a code is stored')
  assert.ok(!everything.includes(agent))
  const lines = hub.errors.split('\n').filter((line) => / (GET|POST) \/(report|receipt|api\/v1\/(reports|receipt)|static)/.test(line))
  if (hub.logged) assert.ok(lines.length > 50)
  for (const line of lines) assert.ok(!line.includes('127.0.0.1') && / - (GET|POST) /.test(line), line)
  for (const one of codes) assert.ok(!hub.errors.includes(one), 'a code is logged')
  assert.equal(sql("SELECT count(*) AS n FROM audit WHERE actor LIKE 'A-%' OR subject LIKE 'A-%'")[0].n, 0)
  await hub.serve(hub.port)
})

test('on a terminal the three questions come first, and what will be sent is shown', () => {
  const words = ['no', 'yes', 'no', 'A title', 'Some words', 'Example Chat; 2', '', 'money', 'Steps here', 'high', 'no', 'no', 'yes', 'yes'].join('\n') + '\n'
  const r = spawnSync('script', ['-qec', `'${join(process.env.POLDER_BUILD ?? 'build', 'polder')}' report --anonymous --hub '${hub.dir}'`, '/dev/null'], {encoding: 'utf8', input: words, env: {...process.env, TERM: 'xterm'}})
  assert.equal(r.status, 0, r.stdout)
  assert.ok(r.stdout.indexOf('Has somebody been harmed?') < r.stdout.indexOf('misusing it') && r.stdout.indexOf('sexual material') < r.stdout.indexOf('in a line'))
  assert.ok(!r.stdout.includes('What happened to whom'))
  assert.match(r.stdout, /This will be sent anonymously[\s\S]*"title": "A title"[\s\S]*Receipt code:/)
})
