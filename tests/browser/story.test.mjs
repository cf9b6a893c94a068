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
    await page.locator('tr', {hasText: name}).locator('summary').click()
    await page.locator('tr', {hasText: name}).getByRole('link', {name: 'Ask in'}).click()
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
  await look('finder', 'the report and its case')
})
