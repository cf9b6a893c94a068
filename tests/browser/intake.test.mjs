// A finder in a real browser: reporting anonymously with and without scripts, on a wide and a narrow screen, and what axe says of every page on the way.
// INTAKE_SHOTS names a folder for pictures of them.
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {startHub, starter} from '../integration/hub.mjs'
import {createUser} from '../integration/people.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

let hub, browser
before(async () => {
  hub = await startHub({import: [starter]})
  createUser(hub, 'coco', 'coordinator')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

for (const [name, options] of Object.entries({'wide and light': {width: 1280}, 'narrow and dark': {width: 390, height: 844, dark: true}, 'without scripts': {script: false, width: 1280}}))
  test(`somebody reports anonymously and comes back, ${name}`, async () => {
    const page = await pageFor(browser, hub, options), script = options.script !== false
    let n = 0
    const look = async (words) => {
      if (script) await isAccessible(page, `${words}, ${name}`)
      if (process.env.INTAKE_SHOTS) await page.screenshot({path: join(process.env.INTAKE_SHOTS, `${name.replaceAll(' ', '-')}-${++n}-${words.replaceAll(' ', '-')}.png`), fullPage: true})
    }
    await page.goto('/report')
    await look('the first page')
    await page.getByRole('link', {name: 'Report anonymously'}).click()
    await look('three questions')
    for (const [question, answer] of [['real_world_harm', 'false'], ['malicious_actor', 'false'], ['csam', 'true']]) await page.check(`[name="/classification/${question}"][value="${answer}"]`)
    if (!script) await page.locator('main form[data-form] .follow button').click()
    await page.waitForSelector('[name="/title"]')
    await page.waitForSelector('.csam-box')
    await look('where minors are concerned')
    assert.equal(await page.locator('[name="/steps_to_reproduce"]').count(), 0)
    await page.check('[name="/classification/csam"][value="false"]')
    if (script) await page.waitForSelector('.form-page .csam-box', {state: 'detached'})
    await page.fill('[name="/title"]', `Lamps that lie, ${name}`)
    await page.fill('[name="/description"]', 'They say on when they are off.')
    await page.fill('[name="/systems/0/name"]', 'ChatGPT')
    await page.getByRole('button', {name: 'Save and come back later'}).click()
    await page.waitForSelector('#receipt-code')
    await look('a draft is kept')
    const code = (await page.locator('#receipt-code').innerText()).trim()
    await page.getByRole('button', {name: 'Check and send'}).click()
    await page.waitForSelector('#errors')
    await look('what is missing')
    await page.fill('[name="/statistics/claim"]', 'In one of ten tries.')
    await page.selectOption('[name="/severity"]', 'low')
    await page.check('[name="/disclosure/intent"][value="no"]')
    if (script) await page.waitForSelector('form[aria-busy]', {state: 'detached'})
    await page.check('[name="/confirmed"]')
    await page.getByRole('button', {name: 'Check and send'}).click()
    await page.waitForSelector('#files')
    await page.locator('[name="_link"]').first().check()
    await page.setInputFiles('#files', [{name: 'lamp.txt', mimeType: 'text/plain', buffer: Buffer.from('on')}])
    await look('before sending')
    await page.getByRole('button', {name: 'Send the report'}).click()
    await page.waitForSelector('#receipt-code')
    assert.equal((await page.locator('#receipt-code').innerText()).trim(), code)
    await look('sent')
    await page.goto('/receipt')
    await page.fill('#code', code.slice(0, -1) + (code.endsWith('7') ? '8' : '7'))
    await page.getByRole('button', {name: 'Open'}).click()
    await look('a typing error')
    await page.fill('#code', code.toLowerCase())
    await page.getByRole('button', {name: 'Open'}).click()
    await page.waitForURL(/\/receipt\/report/)
    await page.getByLabel('Write to the coordinators').fill('Is anybody there?')
    await page.getByRole('button', {name: 'Send', exact: true}).click()
    await page.waitForURL(/done=message/)
    await look('the report')
    await page.getByRole('link', {name: 'Change what you wrote'}).click()
    await look('changing')
    await page.fill('[name="/title"]', `Lamps that lie again, ${name}`)
    await page.getByRole('button', {name: 'Save the changes'}).click()
    await page.waitForURL(/done=changed/)
    await page.getByRole('button', {name: 'Close and forget the code here'}).click()
    await page.waitForURL(/\/receipt$/)
    await page.goto('/receipt/report')
    assert.match(page.url(), /\/receipt$/)
    assert.deepEqual(page.wrong, [])
  })

test('whoever sorts reports sees what may be the same beside a report', async () => {
  const page = await pageFor(browser, hub, {login: 'coco', width: 1280})
  const list = hub.polder('list', '--kind', 'report', '--json').items
  const one = list.find((each) => each.title.startsWith('Lamps'))
  await page.goto(`/r/${one.uid}`)
  await page.waitForSelector('#similar-title')
  await isAccessible(page, 'a report with what may be the same')
  if (process.env.INTAKE_SHOTS) await page.screenshot({path: join(process.env.INTAKE_SHOTS, 'similar.png'), fullPage: true})
  await page.getByRole('button', {name: /Mark as duplicate/}).first().click()
  await page.waitForURL(/done=linked/)
  assert.deepEqual(page.wrong, [])
})
