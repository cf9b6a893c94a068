// The whole story of a flaw, as four people live it in four browsers: a finder without a name, the provider, the coordinator, a member of the panel; and a
// visitor who sees nothing before and the right things after. STORY_SHOTS names a folder for pictures of it.
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub} from '../integration/hub.mjs'
import {createUser, nobody, token} from '../integration/people.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

const proof = 'PROOF-7f3a', steps = 'STEPS-91bc', notes = 'NOTES-55d0'
let hub, browser, coordinator, provider, makers, quiet, model, receipt, report, room, dispute, judge, advisory
const pages = {}
before(async () => {
  hub = await startHub({conf: '[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n[panel]\nseats = 3\nquorum = 2\n', clock: true})
  createUser(hub, 'carla', 'coordinator')
  createUser(hub, 'pim', 'member')
  for (const [login, sector] of [['ada', 'academia'], ['bas', 'civil-society'], ['cor', 'industry']]) {
    createUser(hub, login, 'adjudicator')
    hub.polder('admin', 'seats', login, '--sector', sector)
  }
  coordinator = token(hub, 'carla')
  provider = token(hub, 'pim')
  const make = async (kind, body) => {
    const {uid} = (await coordinator.done(201, 'POST', '/records', {kind, body})).body
    await coordinator.done(200, 'POST', `/records/${uid}/moves`, {move: 'publish'})
    return uid
  }
  makers = await make('organization', {name: 'Delta Models', type: 'company'})
  quiet = await make('organization', {name: 'Quiet Apps', type: 'company'})
  model = await make('system', {name: 'Delta 7B', type: 'model', summary: 'A language model with tools.'})
  await coordinator.done(201, 'POST', `/records/${model}/links`, {rel: 'developed-by', target: makers})
  await coordinator.done(201, 'POST', `/records/${model}/links`, {rel: 'deployed-by', target: quiet})
  hub.polder('admin', 'set-role', 'pim', 'member', '--organization', makers)
  browser = await launch()
  for (const [name, options] of Object.entries({visitor: {}, finder: {}, provider: {login: 'pim'}, coordinator: {login: 'carla'}}))
    (pages[name] = await pageFor(browser, hub, {width: 1280, ...options})).setDefaultTimeout(10000)
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

let picture = 0
async function look(who, words) {
  const page = pages[who]
  await isAccessible(page, `${who}: ${words}`)
  if (process.env.STORY_SHOTS) await page.screenshot({path: join(process.env.STORY_SHOTS, `${String(++picture).padStart(2, '0')}-${who}-${words.replaceAll(' ', '-')}.png`), fullPage: true})
}
const press = (page, name) => page.getByRole('button', {name, exact: typeof name === 'string'}).first().click()
const follow = (page, name) => page.getByRole('link', {name, exact: typeof name === 'string'}).first().click()
const text = async (page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ')
const day = (days) => new Date(Date.now() + hub.shift * 1000 + days * 86400e3).toISOString().slice(0, 10)

// Nothing of it can be read by a visitor, wherever they look.
async function nothingForVisitors() {
  const anybody = nobody(hub)
  for (const path of [`/r/${report}`, room && `/r/${room}`, room && `/r/${room}/room`, '/search?q=channel', '/browse/reports', '/browse/cases', '/browse/advisories', '/feed.atom', '/disputes']) {
    const answer = path && await hub.get(path)
    if (path) for (const word of [proof, steps, notes, 'leaking', 'tool channel', report]) assert.ok(path.includes(report) || !answer.text.includes(word), `${path} tells of "${word}"`)
    if (path && /^\/r\//.test(path)) assert.match(String(answer.status), /404|303/, path)
  }
  assert.equal((await anybody.get(`/records/${report}`)).status, 404)
}

test('a finder reports without a name, with a wish for an embargo, and gets a receipt', async () => {
  const page = pages.finder
  await page.goto('/report')
  await follow(page, 'Report anonymously')
  for (const [question, answer] of [['real_world_harm', 'false'], ['malicious_actor', 'true'], ['csam', 'false']]) await page.check(`[name="/classification/${question}"][value="${answer}"]`)
  await page.waitForSelector('[name="/title"]')
  await page.fill('[name="/title"]', 'System prompt leaks through the tool channel')
  await page.fill('[name="/summary"]', 'Asked through a tool, the model tells its system prompt.')
  await page.fill('[name="/description"]', 'The instructions of the operator can be read by whoever controls a tool.')
  await page.fill('[name="/systems/0/name"]', 'Delta 7B')
  await page.fill('[name="/attacker/objectives"]', 'To copy and to get around the operator’s rules.')
  await page.fill('[name="/steps_to_reproduce"]', `Call the tool with ${steps}.`)
  await page.fill('[name="/proof_of_concept"]', `${proof} ignore what stands above`)
  await page.selectOption('[name="/severity"]', 'high')
  await page.check('[name="/disclosure/intent"][value="yes"]')
  await page.waitForSelector('[name="/disclosure/embargo_wanted"]')
  await page.check('[name="/disclosure/embargo_wanted"][value="true"]')
  await page.waitForSelector('[name="date:/disclosure/embargo_until"]')
  await page.fill('[name="date:/disclosure/embargo_until"]', day(90))
  await page.fill('[name="time:/disclosure/embargo_until"]', '17:00')
  await page.fill('[name="/disclosure/time_zone"]', 'Europe/Amsterdam')
  await page.check('[name="/confirmed"]')
  await look('finder', 'the form')
  await press(page, 'Check and send')
  await page.waitForSelector('#files')
  await page.locator('[name="_link"]').first().check()
  await press(page, 'Send the report')
  await page.waitForSelector('#receipt-code')
  receipt = (await page.locator('#receipt-code').innerText()).trim()
  await look('finder', 'the receipt')
  report = hub.polder('list', '--kind', 'report', '--json').items[0].uid
  await nothingForVisitors()
})

test('the coordinator finds it on the desk, acknowledges and triages it, and opens a case', async () => {
  const page = pages.coordinator
  await page.goto('/desk')
  await look('coordinator', 'the desk')
  await follow(page, /System prompt leaks/)
  await page.waitForURL(`**/r/${report}*`)
  await look('coordinator', 'the report')
  for (const move of ['Acknowledge', 'Find valid', 'Accept']) {
    await press(page, move)
    await page.waitForURL(/done=moved/)
  }
  await page.goto(`/r/${report}/triage?table=harm-tier`)
  await look('coordinator', 'triage')
  const {table} = {table: (await coordinator.done(200, 'GET', '/tables/harm-tier')).body}
  const values = Object.fromEntries(table.points.map((point) => [point.name, point.values.at(-1).name ?? point.values.at(-1).key]))
  await coordinator.done(200, 'POST', `/records/${report}/acts`, {act: 'triage.decide', args: {table: 'harm-tier', values, note: notes}})
  await page.goto(`/r/${report}`)
  await page.fill('#case-new', 'Case of the open channel')
  await press(page, 'Open a case')
  await page.waitForURL(/\/room/)
  room = page.url().match(/\/r\/([^/]+)\/room/)[1]
  assert.match(await text(page), /Embargo proposed .*Delta Models .*proposed, not asked yet/)
  await look('coordinator', 'the case as it begins')
  await nothingForVisitors()
})

test('the provider is asked in, reads no more than terms, and proposes another end; the coordinator agrees', async () => {
  const page = pages.coordinator
  for (const name of ['Delta Models', 'Quiet Apps']) {
    await page.goto(`/r/${room}/room`)
    await page.locator('tr', {hasText: name}).getByRole('link', {name: 'Ask in …'}).click()
    await press(page, 'Ask into the case')
    await page.waitForURL(/done=acted/)
  }
  const theirs = pages.provider
  await theirs.goto('/inbox')
  await look('provider', 'the inbox')
  await theirs.goto(`/r/${room}/room`)
  const shown = await text(theirs)
  assert.match(shown, /Case of the open channel/)
  for (const hidden of [proof, steps, 'tool channel', 'Quiet Apps']) assert.ok(!shown.includes(hidden), hidden)
  assert.equal((await provider.get(`/records/${report}`)).status, 404)
  await look('provider', 'asked in')
  await follow(theirs, /Propose another end/)
  await theirs.fill('[name="date:/until"]', day(45))
  await theirs.fill('[name="time:/until"]', '12:00')
  await theirs.fill('[name="/time_zone"]', 'Europe/Amsterdam')
  await theirs.fill('[name="/reason"]', 'The fix ships in six weeks.')
  await look('provider', 'another end')
  await press(theirs, 'Propose an embargo')
  await theirs.waitForURL(/done=acted/)
  await page.goto(`/r/${room}/room`)
  await press(page, 'Agree to it for the case')
  await page.waitForURL(/done=acted/)
  assert.match(await text(page), /Under embargo/)
  await theirs.goto(`/r/${report}`)
  assert.match(await text(theirs), new RegExp(proof))
})

test('the provider works on it and answers; who says nothing is shown as silent, not as unaffected', async () => {
  const page = pages.provider
  await page.goto(`/r/${room}/room`)
  await press(page, 'The report is valid')
  await page.waitForURL(/done=acted/)
  await press(page, 'We work on it')
  await page.waitForURL(/done=acted/)
  await follow(page, 'State it')
  await page.selectOption('[name="/status"]', 'affected').catch(() => page.check('[name="/status"][value="affected"]'))
  await page.fill('[name="/versions"]', '1.0 to 1.3')
  await page.fill('[name="/mitigation"]', 'Switch off tools that you do not control.')
  await press(page, "State a system's status")
  await page.waitForURL(/done=acted/)
  await page.fill('#say-text', 'We can reproduce it. The fix ships with 1.4.')
  await press(page, 'Send')
  await page.waitForURL(/done=sent/)
  const mine = pages.coordinator
  await mine.goto(`/r/${room}/room`)
  assert.match(await text(mine), /has not answered/)
  await mine.fill('#say-text', `${notes}: call Quiet Apps.`)
  await mine.selectOption('#say-to', 'coordinators')
  await press(mine, 'Send')
  await mine.waitForURL(/done=sent/)
  await look('coordinator', 'the room')
  await page.goto(`/r/${room}/room`)
  assert.ok(!(await text(page)).includes(notes))
  await look('provider', 'the room')
  const finder = pages.finder
  await finder.goto('/receipt')
  if (await finder.locator('#code').count()) {
    await finder.fill('#code', receipt)
    await press(finder, 'Open')
  }
  await finder.waitForURL(/\/receipt\/report/)
  assert.match(await text(finder), /The fix ships with 1\.4/)
  assert.match(await text(finder), /Under embargo until .*You have not agreed to it/)
  await press(finder, 'Agree to the embargo')
  await finder.waitForURL(/done=answered/)
  assert.match(await text(finder), /You have agreed to keep silent until then/)
  await look('finder', 'the report and its case')
})

test('a term runs out: it is overdue on the case, and those who coordinate are told once', async () => {
  const clocks = async () => (await coordinator.done(200, 'GET', `/records/${room}/clocks`)).body.items
  for (const [move, state] of [['triage', 'triaged']]) assert.equal((await coordinator.done(200, 'POST', `/records/${room}/moves`, {move})).body.state, state)
  assert.equal((await clocks()).find((one) => one.name === 'invite').overdue, false)
  hub.later(9 * 86400)
  await eventually(async () => (await clocks()).find((one) => one.name === 'invite').rung >= 2, 'the term is overdue', 15000)
  const page = pages.coordinator
  await page.goto('/desk/clocks?show=overdue')
  assert.match(await text(page), /Ask the parties in Case of the open channel/)
  await look('coordinator', 'overdue')
  await page.goto(`/r/${room}/room`)
  assert.match(await text(page), /Terms Ask the parties in .*overdue by/)
  await page.goto('/inbox')
  assert.match(await text(page), /A term is overdue/)
  await coordinator.done(200, 'POST', `/records/${room}/moves`, {move: 'coordinate'})
  assert.equal((await clocks()).find((one) => one.name === 'invite').state, 'late')
})

test('the provider disputes the tier; a panel hears both sides and rules', async () => {
  const page = pages.provider
  await page.goto(`/r/${report}/dispute`)
  await page.check('[name="question"][value="tier"]').catch(() => page.selectOption('[name="question"]', 'tier'))
  await page.fill('[name="statement"]', 'Nobody but whoever runs the tool can use it.')
  await look('provider', 'disputes the tier')
  await page.locator('main form button[type=submit]').first().click()
  await page.waitForURL(/\/r\/R-/)
  dispute = page.url().match(/\/r\/(R-[A-Z0-9-]+)/)[1]
  const act = (who, name, args = {}) => who.done(200, 'POST', `/records/${dispute}/acts`, {act: name, args})
  await act(coordinator, 'dispute.acknowledge')
  await act(coordinator, 'dispute.state', {text: 'Whoever writes a page that the tool reads can use it.'})
  await act(coordinator, 'dispute.decide', {outcome: 'reject', reasons: 'The tier follows from the table.'})
  await act(provider, 'dispute.escalate', {reason: 'The table asks for people hit.'})
  const panel = (await coordinator.done(200, 'GET', `/records/${dispute}/dispute`)).body.panel.members
  assert.equal(panel.length, 3)
  judge = panel[0].name.split(' ')[0]
  pages.judge = await pageFor(browser, hub, {width: 1280, login: judge})
  pages.judge.setDefaultTimeout(10000)
  await pages.judge.goto('/desk/panel')
  await look('judge', 'is asked onto a panel')
  await pages.judge.goto(`/r/${dispute}`)
  assert.ok(!(await text(pages.judge)).includes('whoever runs the tool'), 'nothing is read before conflicts are declared')
  for (const member of panel) await act(token(hub, member.name.split(' ')[0]), 'seat.declare', {conflict: false})
  await pages.judge.goto(`/r/${dispute}`)
  assert.match(await text(pages.judge), /whoever runs the tool .*Whoever writes a page/)
  await pages.judge.goto(`/r/${dispute}/vote`)
  await look('judge', 'votes')
  await pages.judge.check('[name="choice"][value="reject"]')
  await pages.judge.fill('[name="reasons"]', 'Pages are read by everybody.')
  await pages.judge.locator('main form button[type=submit]').first().click()
  await pages.judge.waitForURL((url) => !url.pathname.endsWith('/vote'))
  for (const member of panel.slice(1)) await act(token(hub, member.name.split(' ')[0]), 'panel.vote', {choice: 'reject', reasons: 'As the others.'})
  const stands = async () => (await coordinator.done(200, 'GET', `/records/${dispute}`)).body.state
  if ((await stands()) === 'with-panel') await act(token(hub, judge), 'panel.rule', {reasons: 'The tier stands.'})
  assert.match(await stands(), /ruled|final/)
  await page.goto(`/r/${dispute}`)
  await look('provider', 'the ruling')
  await nothingForVisitors()
})

test('a fix is deployed; an advisory and a lesson are drafted, and the plan names what is published', async () => {
  const theirs = pages.provider, page = pages.coordinator
  await theirs.goto(`/r/${room}/room`)
  for (const step of ['A fix is ready', 'The fix is deployed']) {
    await press(theirs, step)
    await theirs.waitForURL(/done=acted/)
  }
  await provider.done(200, 'POST', `/records/${room}/acts`, {act: 'statement.set', args: {text: 'We thank the finder. Version 1.4 repairs it.'}})
  await page.goto(`/r/${room}`)
  await press(page, 'Draft an advisory')
  await page.waitForURL(/done=drafted/)
  advisory = page.url().match(/\/r\/(R-[A-Z0-9-]+)/)[1]
  assert.ok(![proof, steps, notes].some((word) => page.url().includes(word)))
  await look('coordinator', 'the drafted advisory')
  await page.goto(`/r/${room}`)
  await press(page, 'Draft a lesson')
  await page.waitForURL(/done=drafted/)
  const lesson = page.url().match(/\/r\/(R-[A-Z0-9-]+)/)[1]
  const patch = async (id, body) => {
    const {headers} = await coordinator.done(200, 'GET', `/records/${id}`)
    return coordinator.done(200, 'PATCH', `/records/${id}`, body, {'if-match': headers.etag})
  }
  await patch(advisory, {title: 'Delta 7B tells its system prompt to tools', summary: 'Update to 1.4, or switch off tools that you do not control.', description: 'What a tool answers was read as an instruction.',
    root_cause: 'Answers of tools were not marked as such.', severity: 'high'})
  await patch(lesson, {title: 'Mark what tools answer', lesson: 'What comes from a tool is data, not an instruction.'})
  await coordinator.done(201, 'POST', `/records/${room}/links`, {rel: 'publishes', target: lesson}).catch(() => {})
  await patch(room, {summary: 'A model told its system prompt to tools; repaired.', publication: {mode: 'at-embargo-end'}, outcome: {result: 'fixed', text: 'Repaired in 1.4.'}})
  for (const id of [advisory, lesson]) {
    const {items} = (await coordinator.done(200, 'GET', `/records/${id}/moves`)).body
    if (!items.some((one) => one.move === 'publish')) await coordinator.done(200, 'POST', `/records/${id}/moves`, {move: items.find((one) => one.move !== 'cancel').move})
  }
  await page.goto(`/r/${advisory}/redaction`)
  await look('coordinator', 'who reads what')
  await nothingForVisitors()
})

test('the embargo ends at its hour by itself, and visitors read what the plan names and nothing else', async () => {
  const anybody = nobody(hub)
  await provider.done(200, 'POST', `/records/${room}/acts`, {act: 'fact.report', args: {fact: 'attacks', reason: 'We see attempts.'}})
  assert.equal((await coordinator.done(200, 'GET', `/records/${room}/room`)).body.embargo.state, 'active')
  assert.equal((await coordinator.post(`/records/${advisory}/moves`, {move: 'publish'})).status, 409)
  hub.later(40 * 86400)
  await eventually(async () => (await coordinator.done(200, 'GET', `/records/${room}/room`)).body.embargo.state === 'exited', 'the embargo ends', 15000)
  await eventually(async () => (await anybody.get(`/records/${advisory}`)).status === 200, 'the advisory is public', 15000)
  const page = pages.visitor
  await page.goto('/browse/advisories')
  await follow(page, /Delta 7B tells/)
  const shown = await text(page)
  assert.match(shown, /TST-20\d\d-0001/)
  assert.match(shown, /Update to 1\.4/)
  await look('visitor', 'the advisory')
  for (const path of [`/r/${report}`, `/r/${room}`, `/r/${dispute}`]) assert.equal((await hub.get(path)).status, 404, path)
  for (const path of [page.url().replace(/^https?:\/\/[^/]+/, ''), '/browse/lessons', '/search?q=delta', '/feed.atom', `/api/v1/records/${advisory}`]) {
    const answer = await hub.get(path)
    for (const word of [proof, steps, notes, 'Quiet Apps has', receipt]) assert.ok(!answer.text.includes(word), `${path} tells of "${word}"`)
  }
  assert.match((await hub.get('/browse/lessons')).text, /Mark what tools answer/)
  const finder = pages.finder
  await finder.goto('/receipt')
  if (await finder.locator('#code').count()) {
    await finder.fill('#code', receipt)
    await press(finder, 'Open')
  }
  await finder.waitForURL(/\/receipt\/report/)
  await look('finder', 'at the end')
})

test('the case is published and concluded with its outcome and its lesson, and nothing went wrong on the way', async () => {
  await coordinator.done(200, 'POST', `/records/${room}/moves`, {move: 'publish'})
  await coordinator.done(200, 'POST', `/records/${room}/moves`, {move: 'conclude'})
  const answer = await hub.get(`/r/${room}`)
  assert.equal(answer.status, 200)
  for (const word of [proof, steps, notes, 'pim of the test', 'A- ']) assert.ok(!answer.text.includes(word), word)
  for (const [name, page] of Object.entries(pages)) assert.deepEqual(page.wrong, [], name)
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
  assert.equal(hub.errors, '')
})
