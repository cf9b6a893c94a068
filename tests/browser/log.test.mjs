// The log in a real browser: its page and the check of a receipt, wide, narrow and dark.
import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub, starter} from '../integration/hub.mjs'
import {lesson} from '../integration/operations.mjs'
import {nobody, person} from '../integration/people.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

let hub, browser, max, uid, receipt
before(async () => {
  hub = await startHub({import: [starter], conf: '[log]\nepoch = PT1S\n[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n'})
  max = person(hub, 'max', 'member')
  uid = (await max.done(201, 'POST', '/records', lesson({title: 'Test the filters too', tags: ['filters', 'safeguards']}))).body.uid
  await eventually(async () => (receipt = (await max.get(`/records/${uid}/receipts/0`)).text).includes('"proof"'), 'a proof', 60_000)
  assert.ok((await nobody(hub).get('/log')).body.size > 256)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

const windows = [[1100, false], [1100, true], [390, false], [390, true]]
// With POLDER_SCREENSHOTS set to a folder, what is seen is kept there.
async function looks(page, words) {
  await isAccessible(page, words)
  assert.deepEqual(page.wrong, [], words)
  if (!process.env.POLDER_SCREENSHOTS) return
  mkdirSync(process.env.POLDER_SCREENSHOTS, {recursive: true})
  await page.screenshot({path: join(process.env.POLDER_SCREENSHOTS, `${words.replace(/\W+/g, '-')}.png`), fullPage: true})
}

for (const [width, dark] of windows)
  test(`the log and a checked receipt at ${width} pixels, ${dark ? 'dark' : 'light'}`, async () => {
    const page = await pageFor(browser, hub, {width, dark})
    const words = `${width} ${dark ? 'dark' : 'light'}`
    await page.goto('/log')
    assert.match(await page.locator('main').innerText(), /It does not prove/)
    assert.ok((await page.locator('.rows li').count()) === 20)
    await looks(page, `log ${words}`)
    await page.setInputFiles('[name=file]', {name: 'receipt.json', mimeType: 'application/json', buffer: Buffer.from(receipt)})
    await page.getByRole('button', {name: 'Check it'}).click()
    assert.match(await page.locator('h1').innerText(), /This receipt holds/)
    assert.match(await page.locator('main').innerText(), /Test the filters too/)
    await looks(page, `good ${words}`)
    await page.fill('[name=receipt]', receipt.replace('filters too', 'filters, too'))
    await page.getByRole('button', {name: 'Check it'}).click()
    assert.match(await page.locator('[role=alert]').innerText(), /not those that were committed to/)
    await looks(page, `bad ${words}`)
  })

test('a record leads to what the log says of it, and to the receipts of who did something', async () => {
  for (const [width, dark] of [[1100, false], [390, true]]) {
    const page = await pageFor(browser, hub, {login: 'max', width, dark})
    await page.goto(`/r/${uid}`)
    await page.getByRole('link', {name: 'Your receipts'}).click()
    await looks(page, `receipts ${width}`)
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: /^Receipt/}).first().click()])
    assert.equal(file.suggestedFilename(), 'receipt.json')
    await page.goto('/r/CUE-0001')
    await looks(page, `record ${width}`)
    await page.getByRole('link', {name: /^Leaf/}).click()
    await looks(page, `record log ${width}`)
  }
})
