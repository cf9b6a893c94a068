// The statistics in a real browser: a hub that tells nothing yet, and one with some quarters behind it; wide, narrow and dark.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub} from '../integration/hub.mjs'
import {createUser, token} from '../integration/people.mjs'
import {receive} from '../integration/received.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

const DAY = 86400
const TYPES = [[false, false], [false, true], [true, false], [true, true]]
const SEVERITIES = ['negligible', 'low', 'medium', 'high', 'critical']
let hub, browser
before(async () => {
  hub = await startHub({clock: true, conf: '[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n'})
  createUser(hub, 'fay', 'member')
  createUser(hub, 'coco', 'coordinator')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

// The hub's clock is read ten times a second.
async function later(seconds) {
  hub.later(seconds)
  await new Promise((done) => setTimeout(done, 250))
}

// Tokens of the first quarter are over in the next.
async function quarter(n) {
  const fay = token(hub, 'fay'), coco = token(hub, 'coco'), uids = []
  const move = (uid, name) => coco.done(200, 'POST', `/records/${uid}/moves`, {move: name})
  for (let i = 0; i < n; i++) {
    const [harm, actor] = TYPES[i % 5 % 4]
    uids.push(await receive(fay, {harm, actor, severity: SEVERITIES[(i * 7 + n) % 5]}))
  }
  await later(2 * DAY)
  for (const uid of uids.slice(0, -3)) await move(uid, 'acknowledge')
  await later(9 * DAY)
  for (const uid of uids.slice(0, -9)) await move(uid, 'validate')
  await later(80 * DAY)
}

async function looks(words, options) {
  const page = await pageFor(browser, hub, options)
  await page.goto('/statistics')
  await isAccessible(page, words)
  assert.deepEqual(page.wrong, [], words)
  return page
}

test('a hub with nothing to tell shows a sentence and no plot', async () => {
  const page = await looks('nothing to tell', {width: 390})
  assert.match(await page.locator('main').innerText(), /There is nothing to tell yet/)
  assert.equal(await page.locator('main svg, main table').count(), 0)
})

test('every plot has something in it and its numbers under it, in windows of any width', async () => {
  for (const n of [14, 23, 31]) await quarter(n)
  hub.polder('statistics', '--now')
  for (const [width, dark] of [[1100, false], [1100, true], [390, false], [390, true]]) {
    const page = await looks(`${width} pixels, ${dark ? 'dark' : 'light'}`, {width, dark})
    const plots = page.locator('figure.chart')
    assert.ok((await plots.count()) >= 3)
    for (const plot of await plots.all()) {
      assert.ok((await plot.locator(`svg.${width < 600 ? 'narrow' : 'wide'} rect:visible`).count()) > 0, await plot.innerText())
      await plot.locator('summary').click()
      assert.ok((await plot.locator('tbody tr:visible').count()) > 1)
    }
    for (const table of await page.locator('table.bars').all()) assert.ok((await table.locator('tbody tr').count()) > 0)
    await isAccessible(page, 'with its tables open')
  }
})

test('a coordinator works them out at once', async () => {
  const page = await looks('a coordinator', {login: 'coco'})
  await page.getByRole('button', {name: 'Work them out now'}).click()
  await page.waitForURL(/done=true/)
  assert.match(await page.locator('[role=status]').innerText(), /Worked out/)
})
