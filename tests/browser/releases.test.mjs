// The pages of releases in a browser: each by itself accessible and no wider than its window, and asked for without a script.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {eventually, startHub, starter} from '../integration/hub.mjs'
import {person} from '../integration/people.mjs'
import {plan, report} from '../integration/releases.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

let hub, browser, mia, sam, release, request
const act = (who, id, name, args) => who.done(200, 'POST', `/records/${id}/acts`, {act: name, args})
before(async () => {
  hub = await startHub({import: [starter]})
  browser = await launch()
  mia = person(hub, 'mia', 'member')
  sam = person(hub, 'sam', 'coordinator')
  person(hub, 'zoe', 'guest')
  const id = hub.polder('admin', 'users', '--json').accounts.find((one) => one.login === 'sam').id
  release = (await mia.done(201, 'POST', '/records', {kind: 'release', body: plan({signer: id})})).body.uid
  await mia.done(200, 'POST', `/records/${release}/moves`, {move: 'publish'})
  await act(mia, release, 'release.decide', {decision: 'proceed', rationale: 'The red team is ready.'})
  await act(sam, release, 'release.sign-off', {name: 'safety', note: 'Red team of May.', named: true})
  await act(sam, release, 'release.object', {reason: 'The filter was not tried in Dutch.'})
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

async function looksRight(path, login, words) {
  for (const [width, dark] of [[1280, false], [390, true]]) {
    const page = await pageFor(browser, hub, {login, width, dark})
    await page.goto(path)
    await isAccessible(page, `${words}, ${width}`)
    assert.deepEqual(page.wrong, [], words)
    await page.context().close()
  }
}

test('a report is attached and the rest signed on the page of the release', async () => {
  await looksRight(`/r/${release}`, 'mia', 'an owner’s page')
  const page = await pageFor(browser, hub, {login: 'mia', script: false})
  await page.goto(`/r/${release}`)
  await page.click('text=Attach the report of a gate')
  await page.setInputFiles('#g-file', {name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(report('PASS'))})
  await page.click('#checklist form button')
  await page.waitForSelector('text=pass, report of')
  await page.click('text=Answer it')
  await page.fill('textarea', 'It was tried in Dutch.')
  await page.click('button:has-text("Answer an objection")')
  await page.click('text=Sign off as Lead')
  await page.click('button:has-text("Sign off")')
  await page.click('text=Decide on the next stage')
  await page.fill('textarea', 'All of it is met.')
  await page.click('button:has-text("Decide on the next stage")')
  await page.waitForSelector('.stages .here:has-text("Gated")')
  await page.context().close()
})

test('somebody asks without a script, and is accepted in the queue', async () => {
  await eventually(async () => (await hub.request(`/r/${release}`)).text.includes('Sign in and ask'), 'one can ask')
  await looksRight(`/r/${release}`, '', 'a visitor’s page')
  await looksRight('/releases', '', 'the list')
  await looksRight(`/r/${release}/access`, 'zoe', 'the form')
  const page = await pageFor(browser, hub, {login: 'zoe', script: false})
  await page.goto(`/r/${release}`)
  await page.click('text=Ask for access')
  await page.fill('#a-purpose', 'To see what it does.')
  await page.check('#a-agree')
  await page.selectOption('#a-land', 'NL')
  await page.check('#a-terms')
  await page.click('text=Send the request')
  await page.waitForSelector('text=Your request was sent.')
  await looksRight('/account/access', 'zoe', 'one’s own requests')
  await looksRight(`/r/${release}/requests`, 'mia', 'the queue')
  const owner = await pageFor(browser, hub, {login: 'mia', script: false})
  await owner.goto(`/r/${release}/requests`)
  await owner.check('.queue input')
  await owner.click('button:has-text("Accept")')
  await owner.waitForSelector('text=1 request was decided')
  request = (await owner.getAttribute('.queue a', 'href'))
  await looksRight(request, 'mia', 'a request')
  await page.goto(`/r/${release}`)
  await page.waitForSelector('text=You have access')
})
