// Other hubs, and saying "we are not affected, because …", in a real browser: wide and narrow, with and without scripts.
import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {createUser} from '../integration/browser.mjs'
import {eventually, startHub, starter} from '../integration/hub.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

const other = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'
let hub, browser, organization
before(async () => {
  hub = await startHub({import: [starter], conf: '[log]\nepoch = PT1S\n'})
  createUser(hub, 'mia', 'member')
  createUser(hub, 'lone', 'member')
  organization = hub.polder('new', 'organization', '--set', 'name=Example Deployer', '--set', 'type=company', '--json').uid
  hub.polder('move', organization, 'publish')
  hub.polder('admin', 'set-role', 'mia', 'member', '--organization', organization)
  hub.polder('hubs', 'add', 'https://nl.example.org', '--key', other, '--prefix', 'NLHUB', '--name', 'A hub of the Low Countries', '--offline')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

// With POLDER_SCREENSHOTS set to a folder, what is seen is kept there.
async function picture(page, name) {
  if (!process.env.POLDER_SCREENSHOTS) return
  mkdirSync(process.env.POLDER_SCREENSHOTS, {recursive: true})
  await page.screenshot({path: join(process.env.POLDER_SCREENSHOTS, `${name}.png`), fullPage: true})
}

test('the page of hubs is read at any width', async () => {
  for (const width of [1280, 390]) {
    const page = await pageFor(browser, hub, {width})
    await eventually(async () => (await page.goto('/hubs')) && (await page.content()).includes('NLHUB'), 'the directory')
    await page.click('summary')
    assert.match(await page.textContent('main'), /Listed\s/)
    await picture(page, `hubs-${width}`)
    await isAccessible(page, `/hubs at ${width}`)
    assert.deepEqual(page.wrong, [])
    await page.context().close()
  }
})

for (const script of [true, false])
  test(`whoever deploys a model says that it is not affected, and why, ${script ? 'with' : 'without'} scripts`, async () => {
    const page = await pageFor(browser, hub, {login: 'mia', width: script ? 1280 : 390, script})
    await page.goto('/r/CUE-0026')
    await page.click('text=Say how it concerns your organization')
    assert.match(await page.textContent('main'), /In the name of/)
    await picture(page, `assert-empty-${script}`)
    await page.check('input[name="/says"][value=not_affected]')
    if (!script) await page.locator('main button[value=follow][data-without-script]').first().click()
    await page.waitForSelector('input[name="/justification"]')
    await page.check('input[name="/justification"][value=component_not_present]')
    await page.fill('[name="/statement"]', 'The model is not in any of our products.')
    await picture(page, `assert-${script}`)
    if (script) await isAccessible(page, 'the form')
    await page.click('main button[value=save]')
    await page.waitForURL(/\/r\/R-/)
    await picture(page, `assert-draft-${script}`)
    const made = new URL(page.url()).pathname.split('/')[2]
    hub.polder('move', made, 'publish')
    await eventually(async () => (await page.goto('/r/CUE-0026')) && (await page.textContent('main')).includes('The model is not in any of our products.'), 'what was said')
    await page.goto(`/r/CUE-0026#said`)
    await picture(page, `said-${script}`)
    if (script) await isAccessible(page, 'the record')
    assert.deepEqual(page.wrong, [])
    await page.context().close()
  })

test('who belongs to no organization is told what is missing', async () => {
  const page = await pageFor(browser, hub, {login: 'lone', width: 390})
  await page.goto('/new/assertion?about=CUE-0026')
  assert.match(await page.textContent('main'), /you belong to none here/)
  await picture(page, 'assert-lone')
  await isAccessible(page, 'the form of one who belongs to none')
  await page.context().close()
})
