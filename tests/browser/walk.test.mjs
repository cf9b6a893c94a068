// People in a real browser: a visitor who searches and reads, a newcomer who is invited, an administrator; and what axe says of every page.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {startHub, starter} from '../integration/hub.mjs'
import {createUser} from '../integration/people.mjs'
import {totp} from '../integration/totp.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

let hub, browser
before(async () => {
  hub = await startHub({import: [starter]})
  for (const [login, role] of [['anna', 'owner'], ['coco', 'coordinator'], ['gus', 'guest']]) createUser(hub, login, role)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

const heading = (page) => page.locator('h1').first().innerText()

test('a visitor searches, narrows, reads, and follows links both ways', async () => {
  const page = await pageFor(browser, hub)
  await page.goto('/')
  await page.keyboard.press('/')
  await page.keyboard.type('deepfake')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/search\?q=deepfake/)
  await page.locator('aside a', {hasText: 'Incidents'}).first().click()
  await page.waitForURL(/kind=incident/)
  const first = page.locator('main ol a, main .line a').first(), title = (await first.innerText()).trim()
  await first.click()
  assert.equal(await heading(page), title)
  await page.locator('#linked a[href^="/r/CUE-"]').first().click()
  await page.waitForURL(/\/r\/CUE-/)
  await page.locator(`a:text-is("${title}")`).first().click()
  assert.equal(await heading(page), title)
  await page.getByRole('link', {name: 'Whole history'}).first().click()
  await page.waitForURL(/\/history$/)
  assert.deepEqual(page.wrong, [])
})

test('a newcomer is invited, sets up a second step, and signs in with it', async () => {
  const anna = await pageFor(browser, hub, {login: 'anna'})
  await anna.goto('/admin/roles')
  await anna.fill('#f-email', 'newcomer@example.org')
  await anna.selectOption('#f-role', 'member')
  await anna.getByRole('button', {name: 'Invite'}).click()
  const path = (await anna.locator('#fresh').innerText()).replace(/^https?:\/\/[^/]+/, '')

  const page = await pageFor(browser, hub)
  await page.goto(path)
  await page.fill('#f-login', 'newcomer')
  await page.fill('#f-name', 'New Comer')
  await page.fill('#f-password', 'four words nobody guesses')
  await page.getByRole('button', {name: 'Make the account'}).click()
  await page.waitForURL(/\/account/)
  await page.getByRole('link', {name: 'Set it up'}).click()
  const secret = await page.locator('code.key').innerText()
  await page.fill('#f-code', totp(secret))
  await page.getByRole('button', {name: 'Switch it on'}).click()
  assert.equal(await page.locator('.recovery li').count(), 10)
  await page.locator('.menu summary').click()
  await page.locator('.menu').getByRole('button', {name: 'Sign out'}).click()
  await page.waitForURL((url) => url.pathname === '/')

  await page.goto('/new/incident')
  await page.waitForURL(/\/sign-in\?next=/)
  await page.fill('#f-login', 'newcomer@example.org')
  await page.fill('#f-password', 'four words nobody guesses')
  await page.getByRole('button', {name: 'Sign in'}).click()
  await page.waitForURL(/\/sign-in\/code/)
  await page.fill('#f-code', '000000')
  await page.getByRole('button', {name: 'Go on'}).click()
  assert.equal(await page.locator('#f-code').getAttribute('aria-invalid'), 'true')
  await page.fill('#f-code', totp(secret, Date.now() + 30000))
  await page.getByRole('button', {name: 'Go on'}).click()
  await page.waitForURL(/\/new\/incident/)
  assert.deepEqual(page.wrong, [])
})

test('an administrator gives a role, suspends somebody, and reads what was done', async () => {
  const anna = await pageFor(browser, hub, {login: 'anna'})
  await anna.goto('/admin/roles')
  const row = anna.locator('li', {hasText: 'gus of the test'})
  await row.locator('select').selectOption('member')
  await row.getByRole('button', {name: 'Save'}).click()
  await anna.waitForURL(/done=saved/)
  const gus = await pageFor(browser, hub, {login: 'gus'})
  await gus.goto('/new')
  assert.equal(await heading(gus), 'New record')
  await anna.goto('/admin')
  await anna.getByRole('link', {name: 'gus'}).click()
  await anna.getByRole('button', {name: 'Suspend the account'}).click()
  await anna.waitForURL(/done=saved/)
  await gus.goto('/account')
  assert.match(gus.url(), /\/sign-in/)
  await anna.getByRole('link', {name: 'What was done'}).click()
  await anna.locator('strong', {hasText: 'Member set'}).first().waitFor()
  assert.deepEqual(anna.wrong, [])
})

const pages = ['/', '/browse', '/browse/incidents', '/browse/uses?intention=malicious', '/search', '/search?q=deepfake', '/search?q=zzzznothing', '/cue', '/r/CUE-0026', '/r/CUE-0026/history', '/kinds', '/kinds/report', '/tables', '/tables/harm-tier?severity=grave&people=few', '/tables/coordinator-triage', '/about', '/api',
  '/sign-in', '/reset', '/cue/proposals', '/nothing-here']
const inside = ['/', '/new', '/new/report', '/new/incident', '/drafts', '/inbox', '/searches', '/account', '/account/two-step', '/account/tokens', '/r/CUE-0026', '/r/CUE-0026/edit', '/r/CUE-0026/redaction?as=public&parts=true']
const offices = ['/admin', '/admin/roles', '/admin/audit']

for (const [login, paths] of [[undefined, pages], ['coco', inside], ['anna', offices]])
  for (const [width, dark] of [[1280, false], [390, true]])
    test(`axe finds nothing on any page: ${login ?? 'nobody'}, ${width} pixels, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await pageFor(browser, hub, {login, width, dark})
      for (const path of paths) {
        const answer = await page.goto(path)
        assert.ok(answer.status() === 200 || path === '/nothing-here', `${path}: ${answer.status()}`)
        await isAccessible(page, `${path}, ${width} pixels`)
      }
      assert.deepEqual(page.wrong, [])
    })

test('without a script every page says the same', async () => {
  const page = await pageFor(browser, hub, {script: false})
  for (const path of ['/', '/browse/incidents', '/search?q=fraud', '/cue', '/r/CUE-0026']) {
    await page.goto(path)
    assert.ok((await page.locator('main').innerText()).length > 200, path)
  }
})

test('the keyboard alone reaches every link and control', async () => {
  const page = await pageFor(browser, hub)
  for (const path of ['/', '/search?q=deepfake', '/r/CUE-0026', '/sign-in']) {
    await page.goto(path)
    const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((e) => e.checkVisibility() && !e.disabled && e.closest('details:not([open])') === null).length)
    const seen = new Set()
    for (let i = 0; i < wanted + 40 && seen.size < wanted; i++) {
      await page.keyboard.press('Tab')
      seen.add(await page.evaluate(() => [...document.querySelectorAll('*')].indexOf(document.activeElement)))
    }
    assert.ok(seen.size >= wanted, `${path}: ${seen.size} of ${wanted}`)
  }
})
