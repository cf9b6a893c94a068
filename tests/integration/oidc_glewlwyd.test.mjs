// The whole of signing in by a provider that others wrote, with each way of signing that it has in common with us.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {appendFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {Glewlwyd, installed, Visitor} from './glewlwyd.mjs'
import {startHub} from './hub.mjs'
import {Browser, trouble} from './oidc.mjs'

const password = 'correct horse battery'

async function walk(type) {
  const provider = await new Glewlwyd().start()
  let hub
  try {
    hub = await startHub({conf: (url, hub) => `[hub]\nurl = ${url}\n[oidc]\nissuer = ${provider.issuer}\nclient_id = ${provider.client}\nname = Glewlwyd\n` +
      `client_secret_file = ${hub.file('secret', provider.secret)}\n`})
    await provider.configure(`http://127.0.0.1:${hub.port}/sign-in/callback`, type)
    const program = join(process.env.POLDER_BUILD ?? 'build', 'polder')
    const r = spawnSync(program, ['admin', 'create-user', 'bea', '--email', 'bea@example.org', '--name', 'Bea', '--role', 'member', '--hub', hub.dir], {encoding: 'utf8', input: password + '\n'})
    assert.equal(r.status, 0, r.stderr)

    const back = async (browser, page) => {
      const address = page.headers.refresh?.match(/^0;url=(.*)$/)?.[1]
      assert.ok(address, page.text + hub.errors)
      const to = new URL(await new Visitor(provider).goes(address, 'bertha', 'tulips of the test'))
      assert.equal(to.origin, `http://127.0.0.1:${hub.port}`)
      return to.pathname + to.search
    }
    // Unknown yet; then linked by its owner; then good for signing in.
    const stranger = new Browser(hub)
    const refused = await stranger.get(await back(stranger, await stranger.send('/sign-in', '/sign-in/provider')))
    assert.equal(refused.status, 403, trouble(refused) + hub.errors + provider.words)
    assert.match(trouble(refused) + hub.errors, /no account here is linked/i)
    const owner = await new Browser(hub).signIn('bea', password)
    const linked = await owner.get(await back(owner, await owner.send('/account', '/account/linked')))
    assert.equal(linked.headers.location, '/account?done=linked#linked', trouble(linked) + hub.errors)
    const browser = new Browser(hub)
    const path = await back(browser, await browser.send('/sign-in?next=%2Finbox', '/sign-in/provider'))
    const answer = await browser.get(path)
    assert.equal(answer.status, 303, trouble(answer) + hub.errors)
    assert.equal(answer.headers.location, '/inbox')
    assert.match((await browser.get('/account')).text, /bea@example\.org/)
    assert.equal((await browser.get(path)).status, 409)
    // A guest is made where the settings say so, with what the provider tells.
    assert.equal((await owner.send('/account', '/account/linked/off')).status, 303)
    appendFileSync(join(hub.dir, 'polder.conf'), 'create = any\n')
    await hub.restart()
    const guest = new Browser(hub)
    const made = await guest.get(await back(guest, await guest.send('/sign-in', '/sign-in/provider')))
    assert.equal(made.status, 303, trouble(made) + hub.errors)
    const {text} = await guest.get('/account')
    for (const words of ['Bertha Elsewhere', 'bertha@there.example', 'guest, since']) assert.ok(text.includes(words), words)
  } finally {
    await hub?.stop()
    await provider.stop()
  }
}

for (const type of ['rsa', 'rsa-pss', 'ecdsa', 'eddsa'])
  test(`by Glewlwyd, which signs by ${type}`, {skip: !installed() && 'glewlwyd is not installed'}, () => walk(type))
