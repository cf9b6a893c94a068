// Text that wants to be a script, in every field of every kind, on every page, in a real browser with our content policy: nothing runs, nothing is asked of
// another host, and the policy has nothing to forbid.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {plant} from '../integration/canary.mjs'
import {startHub} from '../integration/hub.mjs'
import {createUser} from '../integration/people.mjs'
import {launch, pageFor} from './chromium.mjs'

const SHOTS = [
  '<script>window.hit=1</script>', '"><img src=x onerror=window.hit=1>', "'><svg/onload=window.hit=1>", '</title></textarea></script><script>window.hit=1</script>', '[x](javascript:window.hit=1)',
  '{{7*7}}${7*7}<%=7*7%>#{7*7}', "'; DROP TABLE record; --", '" onfocus=window.hit=1 autofocus x="', 'x\r\nSet-Cookie: hit=1', '../../../../etc/passwd', '%00%0d%0aLocation:https://evil.example/', '<base href=//evil.example><iframe src=//evil.example>',
]
let hub, browser
before(async () => {
  hub = await startHub({name: 'Hub <script>window.hit=1</script>'})
  const common = (await hub.json('/api/v1/schemas/common')).body
  const records = hub.polder('kinds', '--json').map(({kind}, i) => {
    const definition = hub.polder('kinds', kind, '--json')
    const states = Object.entries(definition.lifecycle.states).filter(([, s]) => s.public).map(([name]) => name)
    let n = i
    /* A word is put into every text; then each word becomes a shot. */
    const planted = plant(definition, common, 'zqh')
    const most = new Map(planted.words.map((w) => [w.word, w.most]))
    const shot = (v) => `zebra ${SHOTS[n++ % SHOTS.length]}`.slice(0, most.get(v))
    const body = JSON.parse(JSON.stringify(planted.body, (_, v) => (most.has(v) ? shot(v) : v)))
    if (kind === 'report') body.classification = {...body.classification, type: 'security-incident', csam: false}
    if (kind === 'proposal') delete body.into
    /* Names by which a plan speaks of its own parts are of small letters, and no two alike. */
    if (kind === 'release') for (const [i, one] of [...(body.stages ?? []), ...(body.stages ?? []).flatMap((stage) => [...(stage.gates ?? []), ...(stage.signoffs ?? [])]), ...(body.access?.fields ?? [])].entries()) one.name = `name-${i}`
    return {kind, id: `hostile:${kind}`, state: states.includes('published') ? 'published' : states[0], body}
  })
  const report = hub.polder('import', 'polder', hub.file('hostile.json', records), '--json')
  assert.equal(report.created, records.length)
  createUser(hub, 'coco', 'coordinator')
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await hub?.stop()
})

for (const login of [undefined, 'coco'])
  test(`nothing of a record runs, on any page: ${login ?? 'nobody'}`, async () => {
    const page = await pageFor(browser, hub, {login})
    const elsewhere = []
    page.on('request', (request) => new URL(request.url()).port !== String(hub.port) && !request.url().startsWith('data:') && elsewhere.push(request.url()))
    page.on('dialog', (dialog) => {
      page.wrong.push(`a dialog: ${dialog.message()}`)
      dialog.dismiss()
    })
    const uids = (await hub.json('/api/v1/records?limit=200')).body.items.map((item) => item.uid)
    assert.ok(uids.length >= 8)
    const paths = ['/', '/browse', '/cue', '/cue/proposals', '/search?q=zebra', ...SHOTS.map((s) => `/search?q=${encodeURIComponent(s)}`), ...SHOTS.map((s) => `/r/${encodeURIComponent(s)}`),
      ...uids.flatMap((uid) => [`/r/${uid}`, `/r/${uid}/history`, ...(login ? [`/r/${uid}/edit`] : [])]), ...(login ? ['/new', '/drafts', '/inbox', '/searches', '/account'] : ['/sign-in?next=' + encodeURIComponent(SHOTS[1])])]
    for (const path of paths) {
      const answer = await page.goto(path)
      assert.ok(answer.status() < 500, `${path}: ${answer.status()}`)
      assert.equal(await page.evaluate('window.hit'), undefined, path)
      assert.equal(answer.headers()['set-cookie'], undefined, path)
      assert.ok(!(await page.locator('main').innerText()).includes('49 49'), path)
    }
    assert.deepEqual(elsewhere, [])
    assert.deepEqual(page.wrong, [])
  })
