// Records written in the browser without JavaScript: creating, errors, conditions, rows, drafts, two writers, moves, links, files.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser, createUser, formOf, has, plain, typed} from './browser.mjs'
import {startHub, starter} from './hub.mjs'

let hub, max, mia, coco
before(async () => {
  hub = await startHub({import: [starter]})
  for (const [login, role] of [['max', 'member'], ['mia', 'member'], ['coco', 'coordinator']]) createUser(hub, login, role)
  ;[max, mia, coco] = [await new Browser(hub).signIn('max'), await new Browser(hub).signIn('mia'), await new Browser(hub).signIn('coco')]
})
after(async () => hub?.stop())

const hostile = '<script>alert(1)</script>"\'>&amp;'
const classified = {'/classification/real_world_harm': 'true', '/classification/malicious_actor': 'false', '/classification/csam': 'false'}

// A saved incident: its path and a way to read its body.
async function incident(browser, over = {}) {
  const page = await browser.get('/new/incident?fresh=true')
  const answer = await browser.write(page.text, {'/title': 'A lamp that lies', '/date': '2024-05', ...over})
  assert.equal(answer.status, 303, plain(answer.text))
  return answer.headers.location.replace(/\?.*/, '')
}
const shown = (path) => hub.polder('show', decodeURIComponent(path.slice(3)), '--json')

test('every kind that a member may write is offered with its description', async () => {
  const page = await max.get('/new')
  assert.equal(page.status, 200)
  for (const kind of ['incident', 'report', 'use', 'safeguard']) assert.match(page.text, new RegExp(`href="/new/${kind}"`))
  assert.match(page.text, /A public event in which an AI system/)
})

test('every kind has a form', async () => {
  for (const kind of hub.polder('kinds', '--json').kinds ?? ['incident', 'report', 'use', 'safeguard', 'system', 'organization', 'policy', 'lesson', 'advisory', 'case']) {
    const page = await coco.get(`/new/${kind.name ?? kind}`)
    assert.equal(page.status, 200, kind.name ?? kind)
    assert.match(page.text, /data-form/)
  }
})

test('nobody who is not signed in gets a form', async () => {
  const page = await new Browser(hub).get('/new/incident')
  assert.equal(page.status, 303)
  assert.match(page.headers.location, /^\/sign-in/)
})

test('an incident is written with rows, checkboxes and dates', async () => {
  const first = await max.get('/new/incident?fresh=true')
  assert.ok(has(first.text, '/references/0/url') && !has(first.text, '/harms/0/description'))
  const withRow = await max.write(first.text, {'/title': 'Signs misread', '/date': '2024-05-17'}, 'add:/steps')
  assert.equal(withRow.status, 200)
  assert.ok(has(withRow.text, '/steps/0/text'))
  const answer = await max.write(withRow.text, {'/steps/0/text': 'It looked.', '/references/0/url': 'https://example.org/a', '/harm_types': ['physical', 'property'], '/summary': 'One\r\ntwo'})
  assert.equal(answer.status, 303, plain(answer.text))
  const record = shown(answer.headers.location.replace(/\?.*/, ''))
  assert.deepEqual(record.body.references, [{url: 'https://example.org/a'}])
  assert.deepEqual(record.body.steps, [{text: 'It looked.'}])
  assert.deepEqual(record.body.harm_types, ['physical', 'property'])
  assert.equal(record.body.summary, 'One\ntwo')
  assert.equal(record.state, 'draft')
  const page = await max.get(answer.headers.location)
  assert.match(page.text, /role="status">Saved\./)
})

test('what is wrong is said at its place in words, and nothing that was typed is lost', async () => {
  const first = await max.get('/new/incident?fresh=true')
  const rows = await max.write(first.text, {}, 'add:/harms')
  const answer = await max.write(rows.text, {'/title': '', '/date': 'last May', '/summary': 'kept', '/toll/deaths': 'several', '/description': hostile})
  assert.equal(answer.status, 422)
  const words = plain(answer.text)
  assert.match(words, /Title is missing\./)
  assert.match(words, /Date must be a day, a month or a year, as in 2024-05\./)
  assert.match(words, /must be a whole number; “several” is none|must be a number; “several” is none/)
  const {pairs} = formOf(answer.text, 'data-form')
  const value = Object.fromEntries(pairs)
  assert.equal(value['/date'], 'last May')
  assert.equal(value['/summary'], 'kept')
  assert.equal(value['/toll/deaths'], 'several')
  assert.equal(value['/description'], hostile)
  assert.match(answer.text, /<a href="#f\.date">/)
  assert.match(answer.text, /id="f\.date"[^>]*aria-describedby="f\.date\.help f\.date\.error"[^>]*aria-invalid="true"/s)
  assert.ok(!answer.text.includes('<script>alert'))
})

test('questions come with the answers that make them relevant', async () => {
  const first = await max.get('/new/report?fresh=true')
  assert.ok(!has(first.text, '/title'))
  const next = await max.write(first.text, classified, 'follow')
  assert.equal(next.status, 200)
  assert.ok(has(next.text, '/title') && has(next.text, '/harm_narrative') && !has(next.text, '/attacker/objectives'))
  assert.match(plain(next.text), /Type of report: Real world incident/)
  const other = await max.write(next.text, {'/classification/real_world_harm': 'false', '/classification/malicious_actor': 'true', '/harm_narrative': 'It fell.'}, 'follow')
  assert.ok(has(other.text, '/attacker/objectives'))
  assert.match(plain(other.text), /What it did kept, but not asked any more It fell\./)
  assert.ok(has(other.text, 'kept:/harm_narrative'))
  const without = await max.write(other.text, {}, 'drop:/harm_narrative')
  assert.ok(!has(without.text, 'kept:/harm_narrative'))
})

test('rows are added, moved and removed, and gaps close', async () => {
  let page = await max.get('/new/incident?fresh=true')
  for (const i of [0, 1, 2]) page = await max.write((await max.write(page.text, {'/title': 'x', '/date': '2024'}, 'add:/references')).text, {[`/references/${i}/title`]: `source ${i}`}, 'follow')
  page = await max.write(page.text, {}, 'up:/references/2')
  page = await max.write(page.text, {}, 'remove:/references/0')
  const titles = formOf(page.text, 'data-form').pairs.filter(([name]) => /\/references\/\d+\/title/.test(name))
  assert.deepEqual(titles, [['/references/0/title', 'source 2'], ['/references/1/title', 'source 1']])
})

test('a moment is kept in the zone that was chosen', async () => {
  const page = await max.write((await max.get('/new/report?fresh=true')).text, {...classified, '/disclosure/embargo_wanted': 'true'}, 'follow')
  const asked = await max.write(page.text, {'/disclosure/embargo_wanted': 'true'}, 'follow')
  const answer = await max.write(asked.text, {'/title': 'Embargoed', 'date:/disclosure/embargo_until': '2026-07-01', 'time:/disclosure/embargo_until': '17:00', '/disclosure/time_zone': 'Europe/Amsterdam'})
  assert.equal(answer.status, 303, plain(answer.text))
  const {body} = shown(answer.headers.location.replace(/\?.*/, ''))
  assert.equal(body.disclosure.embargo_until, '2026-07-01T17:00:00+02:00')
  assert.equal(body.disclosure.time_zone, 'Europe/Amsterdam')
  const again = Object.fromEntries(formOf((await max.get(`${answer.headers.location.replace(/\?.*/, '')}/edit`)).text, 'data-form').pairs)
  assert.equal(again['time:/disclosure/embargo_until'], '17:00')
  const wrong = await max.write(asked.text, {'/title': 'x', 'date:/disclosure/embargo_until': '2026-07-01', 'time:/disclosure/embargo_until': '17:00', '/disclosure/time_zone': 'Mars/Base'})
  assert.equal(wrong.status, 422)
  assert.match(plain(wrong.text), /There is no time zone “Mars\/Base”/)
})

test('a draft is kept, offered again and thrown away', async () => {
  const page = await mia.get('/new/safeguard')
  const kept = await mia.write(page.text, {'/title': 'Half a thought'}, 'draft')
  assert.match(plain(kept.text), /Draft saved/)
  assert.match((await mia.get('/drafts')).text, /New safeguard/)
  const again = await mia.get('/new/safeguard')
  assert.match(plain(again.text), /You go on with a draft of/)
  assert.equal(Object.fromEntries(formOf(again.text, 'data-form').pairs)['/title'], 'Half a thought')
  const drafts = await mia.get('/drafts')
  assert.equal((await mia.send(drafts.text, 'action="/drafts"')).status, 303)
  assert.match((await mia.get('/drafts')).text, /There are none/)
  assert.ok(!(await max.get('/drafts')).text.includes('Half a thought'))
})

test('what was typed when the session was over comes back after signing in', async () => {
  const browser = await new Browser(hub).signIn('mia')
  const page = await browser.get('/new/lesson?fresh=true')
  browser.cookie = ''
  const answer = await browser.write(page.text, {'/title': 'Typed too long'})
  assert.equal(answer.status, 303)
  const next = new URL(answer.headers.location, 'http://x').searchParams.get('next')
  assert.match(next, /^\/new\/lesson\?kept=[0-9a-f]{32}$/)
  await browser.signIn('mia')
  const back = await browser.get(next)
  assert.equal(Object.fromEntries(formOf(back.text, 'data-form').pairs)['/title'], 'Typed too long')
  assert.match(plain(back.text), /signed in again/)
  const stranger = await max.get(next)
  assert.ok(!stranger.text.includes('Typed too long'))
  await browser.write(back.text, {}, 'discard')
})

test('a form of another session is shown again, not taken', async () => {
  const page = await max.get('/new/lesson?fresh=true')
  const answer = await mia.write(page.text, {'/title': 'Forged'})
  assert.equal(answer.status, 403)
  assert.equal(Object.fromEntries(formOf(answer.text, 'data-form').pairs)['/title'], 'Forged')
})

test('two who change the same are shown both and choose', async () => {
  const path = await incident(max, {'/summary': 'The lamp is bright.', '/description': 'As it was.'})
  const mine = await max.get(`${path}/edit`), theirs = await coco.get(`${path}/edit`)
  assert.equal((await coco.write(theirs.text, {'/summary': 'The lamp is very bright.', '/severity': 'low'})).status, 303)
  const merge = await max.write(mine.text, {'/summary': 'The lamp is dark.', '/description': 'As it is.'})
  assert.equal(merge.status, 409)
  assert.match(merge.text, /<ins>very<\/ins>|<ins>very /)
  assert.equal([...merge.text.matchAll(/name="_choice\/summary"/g)].length, 2)
  assert.match(plain(merge.text), /Changed by the other alone/)
  const answer = await max.send(merge.text, 'data-merge', {'_choice/summary': 'theirs', _do: 'save'})
  assert.equal(answer.status, 303, plain(answer.text))
  const {body} = shown(path)
  assert.equal(body.summary, 'The lamp is very bright.')
  assert.equal(body.description, 'As it is.')
  assert.equal(body.severity, 'low')
})

test('who may not change a record gets no form and no tools', async () => {
  const path = await incident(max)
  assert.equal((await mia.get(`${path}/edit`)).status, 404)
  const published = (await mia.get('/search?q=deepfake')).text.match(/href="(\/r\/[^"]+)"/)[1]
  assert.equal((await mia.get(`${published}/edit`)).status, 403)
  assert.ok(!(await mia.get(published)).text.includes('What you can do'))
})

test('a move says what is missing, and is made with its reason', async () => {
  const path = await incident(max)
  const page = await max.get(path)
  assert.match(plain(page.text), /Submit to “Submitted”: something is missing/)
  assert.match(page.text, /href="[^"]+\/edit#f\.description"/)
  const edit = await max.write((await max.get(`${path}/edit`)).text, {}, 'add:/references')
  assert.equal((await max.write(edit.text, {'/description': 'Long.', '/references/0/url': 'https://example.org'})).status, 303)
  assert.equal((await max.send((await max.get(path)).text, `action="${path}/move"`, {move: 'submit'})).status, 303)
  assert.equal(shown(path).state, 'submitted')
  const back = await coco.send((await coco.get(path)).text, `action="${path}/move"`, {move: 'return', reason: 'Name a second source.'})
  assert.equal(back.status, 303)
  assert.equal(shown(path).state, 'draft')
})

test('links are found, made and taken away', async () => {
  const path = await incident(max)
  const found = await max.get(`${path}/link?rel=concerns&q=deepfake`)
  assert.equal(found.status, 200)
  const answer = await max.send(found.text, `method="post" action="${path}/link"`)
  assert.equal(answer.status, 303)
  const page = await max.get(path)
  assert.match(page.text, /id="linked"/)
  assert.equal((await max.send(page.text, `action="${path}/unlink"`)).status, 303)
  assert.ok(!(await max.get(path)).text.includes('id="linked"'))
})

test('a comment and a file are added', async () => {
  const path = await incident(max)
  const page = await max.get(path)
  assert.equal((await max.send(page.text, `action="${path}/comment"`, {text: hostile, audience: 'parties'})).status, 303)
  const {pairs} = formOf(page.text, `action="${path}/attach"`)
  const csrf = Object.fromEntries(pairs).csrf
  const sent = await max.request(`${path}/attach`, {parts: [{name: 'csrf', value: csrf}, {name: 'audience', value: 'parties'}, {name: 'file', value: 'hello', file: 'note.txt', media: 'text/html'}]})
  assert.equal(sent.status, 303, plain(sent.text))
  const after = await max.get(path)
  assert.match(after.text, /note\.txt/)
  assert.ok(!after.text.includes('<script>alert'))
  const none = await max.request(`${path}/attach`, {parts: [{name: 'csrf', value: csrf}, {name: 'file', value: '', file: ''}]})
  assert.equal(none.status, 422)
})

test('a party is invited and dismissed', async () => {
  const path = await incident(max)
  assert.equal((await mia.get(path)).status, 404)
  const page = await max.get(path)
  assert.equal((await max.send(page.text, `action="${path}/invite"`, {subject: 'mia'})).status, 303)
  const seen = await mia.get(path)
  assert.equal(seen.status, 200)
  assert.ok(!seen.text.includes(`href="${path}/edit"`))
  assert.equal((await max.send(page.text, `action="${path}/invite"`, {subject: 'mia@example.org'})).status, 404)
  assert.equal((await max.send((await max.get(path)).text, `action="${path}/dismiss"`)).status, 303)
  assert.equal((await mia.get(path)).status, 404)
})

test('a report about material of minors takes no file and asks for none', async () => {
  const page = await max.write((await max.get('/new/report?fresh=true')).text, {...classified, '/classification/csam': 'true'}, 'follow')
  assert.ok(has(page.text, '/classification/csam_acknowledged') && !has(page.text, '/steps_to_reproduce') && !has(page.text, '/proof_of_concept'))
  const refused = await max.write(page.text, {'/title': 'x'})
  assert.equal(refused.status, 422)
  assert.match(plain(refused.text), /I understand is missing/)
  const answer = await max.write(page.text, {'/title': 'x', '/classification/csam_acknowledged': 'true'})
  assert.equal(answer.status, 303, plain(answer.text))
  const record = await max.get(answer.headers.location)
  assert.ok(!record.text.includes('enctype="multipart/form-data"'))
  assert.match(plain(record.text), /no file is ever accepted/)
})

test('answers to questions that do not exist are refused in words and harm nothing', async () => {
  const page = await max.get('/new/lesson?fresh=true')
  for (const name of ['/nonsense', '/title/deeper', '/__proto__/x', 'kept:nothing', '/references/x/title', '/' + 'a/'.repeat(40) + 'b']) {
    const answer = await max.write(page.text, {'/title': 'Kept', [name]: hostile})
    assert.equal(answer.status, 422, name)
    assert.match(plain(answer.text), /question that does not exist/)
    assert.ok(!answer.text.includes('<script>alert'))
    assert.equal(Object.fromEntries(formOf(answer.text, 'data-form').pairs)['/title'], 'Kept')
  }
})

test('another site can send nothing', async () => {
  const page = await max.get('/new/lesson?fresh=true')
  const {pairs} = formOf(page.text, 'data-form')
  const answer = await max.request('/new/lesson', {pairs: typed(pairs, {'/title': 'x', _do: 'save'}), headers: {origin: 'https://elsewhere.example'}})
  assert.equal(answer.status, 403)
})

test('a proposal is written with the form of a use, talked over and accepted', async () => {
  const page = await max.write((await max.get('/new/proposal?fresh=true')).text, {'/what': 'new'}, 'follow')
  assert.ok(has(page.text, '/proposed/title') && has(page.text, '/proposed/intention'))
  const refused = await max.write(page.text, {'/title': 'A use for lamps', '/rationale': 'Lamps lie.', '/proposed/title': 'Lying lamps'})
  assert.equal(refused.status, 422)
  assert.match(plain(refused.text), /Definition is missing/)
  const saved = await max.write(page.text, {'/title': 'A use for lamps', '/rationale': 'Lamps lie.', '/proposed/title': 'Lying lamps', '/proposed/definition': 'To make a lamp lie.', '/proposed/intention': 'malicious'})
  assert.equal(saved.status, 303, plain(saved.text))
  const path = saved.headers.location.replace(/\?.*/, '')
  assert.equal((await max.send((await max.get(path)).text, `action="${path}/move"`, {move: 'open'})).status, 303)
  assert.match((await new Browser(hub).get('/cue/proposals')).text, /A use for lamps/)
  assert.equal((await mia.send((await mia.get(path)).text, `action="${path}/comment"`, {text: 'I have seen one.'})).status, 303)
  assert.match((await new Browser(hub).get(path)).text, /I have seen one\./)
  assert.equal((await mia.send((await mia.get(path)).text, `action="${path}/comment"`, {text: 'And another.'})).status, 303)
  const accepted = await coco.send((await coco.get(path)).text, `action="${path}/move"`, {move: 'accept', reason: 'Well argued.'})
  assert.equal(accepted.status, 303, plain(accepted.text))
  const {state, body} = shown(path)
  assert.equal(state, 'accepted')
  assert.equal(body.decision.reasons, 'Well argued.')
  const found = await new Browser(hub).get('/search?q=%22lying+lamps%22&kind=use')
  assert.match(found.text, /CUE-\d{4}/)
})

test('a proposal is not called accepted past the page that carries it out', async () => {
  const saved = await max.write((await max.get('/new/proposal?fresh=true')).text, {'/what': 'new', '/title': 'Empty', '/rationale': 'No words yet.'})
  const path = saved.headers.location.replace(/\?.*/, '')
  await max.send((await max.get(path)).text, `action="${path}/move"`, {move: 'open'})
  assert.throws(() => hub.polder('move', decodeURIComponent(path.slice(3)), 'accept', '--reason', 'x'), /carried out/)
  const refused = await coco.send((await coco.get(path)).text, `action="${path}/move"`, {move: 'accept', reason: 'x'})
  assert.equal(refused.status, 422)
  assert.match(plain(refused.text), /does not say how the use would stand/)
  assert.equal(shown(path).state, 'open')
})

test('a proposal to change a use begins with its words and changes them alone', async () => {
  const page = await max.get('/r/CUE-0001')
  const address = page.text.match(/href="(\/new\/proposal\?about=[^"]+)"/)[1]
  const form = await max.get(address)
  const values = Object.fromEntries(formOf(form.text, 'data-form').pairs)
  const before = hub.polder('show', 'CUE-0001', '--json').body
  assert.equal(values['/proposed/title'], before.title)
  const saved = await max.write(form.text, {'/title': 'Better words', '/rationale': 'Clearer.', '/proposed/definition': 'Said more clearly.'})
  assert.equal(saved.status, 303, plain(saved.text))
  const path = saved.headers.location.replace(/\?.*/, '')
  await max.send((await max.get(path)).text, `action="${path}/move"`, {move: 'open'})
  assert.match((await new Browser(hub).get('/r/CUE-0001')).text, /Better words/)
  assert.equal((await mia.send((await mia.get(path)).text, `action="${path}/comment"`, {text: 'Good.'})).status, 303)
  const accepted = await coco.send((await coco.get(path)).text, `action="${path}/move"`, {move: 'accept', reason: 'Yes.'})
  assert.equal(accepted.status, 303, plain(accepted.text))
  assert.deepEqual(hub.polder('show', 'CUE-0001', '--json').body, {...before, definition: 'Said more clearly.'})
})
