// Chromium with our pages: pages of signed-in people, and what axe says of a page.
import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join, resolve} from 'node:path'
import {password} from '../integration/browser.mjs'

const folder = resolve(process.env.POLDER_BUILD ?? 'build', 'browser')
const require = createRequire(join(folder, 'package.json'))
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

export async function launch() {
  assert.ok(executablePath, 'no chromium is installed')
  return require('playwright-core').chromium.launch({executablePath, args: ['--no-sandbox', '--disable-gpu']})
}

// A page of its own context; login: who is signed in. Errors of scripts fail the test.
export async function pageFor(browser, hub, {login, width = 1100, height = 900, dark = false, script = true} = {}) {
  const context = await browser.newContext({viewport: {width, height}, colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: script, baseURL: `http://${hub.host}:${hub.port}`})
  const page = await context.newPage()
  page.wrong = []
  page.on('pageerror', (error) => page.wrong.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && page.wrong.push(message.text()))
  if (login) {
    await page.goto('/sign-in')
    await page.fill('[name=login]', login)
    await page.fill('[name=password]', password)
    await page.click('main form button[type=submit]')
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  }
  return page
}

// axe-core finds nothing, and the page is not wider than its window.
export async function isAccessible(page, words) {
  // Through the debugger, since the content policy lets no script of ours in from outside.
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', {expression: axe})
  const {result} = await session.send('Runtime.evaluate', {expression: 'axe.run().then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])))', awaitPromise: true, returnByValue: true})
  assert.deepEqual(JSON.parse(result.value), [], words)
  const [wide, window] = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
  assert.ok(wide <= window, `${words}: ${wide} pixels in a window of ${window}`)
}
