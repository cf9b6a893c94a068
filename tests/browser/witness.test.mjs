// The page of a witness, and the log's page of a hub that has some, on a large and a small screen, light and dark.
import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub} from '../integration/hub.mjs'
import {Witness} from '../integration/witness.mjs'
import {isAccessible, launch, pageFor} from './chromium.mjs'

let folder, browser, hub, one, two
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polder-browser-witness-'))
  browser = await launch()
  one = await new Witness(folder, 'one').serve()
  two = new Witness(folder, 'two')
  hub = await startHub({conf: `[log]\nquorum = 1\nwitness = ${one.vkey}\n  ${one.url}\nwitness = ${two.vkey}\n  http://127.0.0.1:1/\n`})
  one.add(hub.polder('log', '--json').keys[0] ?? hub.polder('log', 'run', '--json').keys[0])
  await eventually(async () => (await hub.json('/api/v1/log')).body.witnesses.holds, 'a cosigned checkpoint', 60_000)
})
after(async () => {
  await browser?.close()
  await hub?.stop()
  if (one?.process) await one.end()
  rmSync(folder, {recursive: true, force: true})
})

// With POLDER_SCREENSHOTS set to a folder, what is seen is kept there.
async function looks(page, words) {
  await isAccessible(page, words)
  assert.deepEqual(page.wrong, [], words)
  if (!process.env.POLDER_SCREENSHOTS) return
  mkdirSync(process.env.POLDER_SCREENSHOTS, {recursive: true})
  await page.screenshot({path: join(process.env.POLDER_SCREENSHOTS, `${words.replace(/\W+/g, '-')}.png`), fullPage: true})
}
const screens = [{width: 1280}, {width: 390}, {width: 390, dark: true}]

test('the log says who watches it', async () => {
  for (const screen of screens) {
    const page = await pageFor(browser, hub, screen)
    await page.goto('/log')
    assert.match(await page.locator('#witnesses').innerText(), /At least 1 of these witnesses cosigned the newest state[^]*one\.example\.org[^]*cosigned the newest state[^]*two\.example\.org[^]*cosigned nothing yet/)
    await looks(page, `log witnesses ${screen.width} ${screen.dark ? 'dark' : 'light'}`)
    await page.context().close()
  }
})

test('a witness says what it witnesses', async () => {
  for (const screen of screens) {
    const page = await pageFor(browser, {host: '127.0.0.1', port: one.port}, screen)
    await page.goto('/')
    assert.match(await page.innerText('main'), /one\.example\.org[^]*last cosigned[^]*leaves/)
    await looks(page, `witness ${screen.width} ${screen.dark ? 'dark' : 'light'}`)
    await page.context().close()
  }
})
