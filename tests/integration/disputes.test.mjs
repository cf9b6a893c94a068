// Disputes as those concerned see them: filing, both sides, panel, ruling; and GRT2's own reports and card changes replayed.
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub} from './hub.mjs'
import {nobody, password, person} from './people.mjs'

const grt2 = join(process.env.POLDER_DATA ?? '/nowhere', 'grt2')
let hub, fay, coco, kees, olga, judges, org
before(async () => {
  hub = await startHub({conf: '[panel]\nseats = 3\nquorum = 3\n'})
  fay = person(hub, 'fay', 'member')
  coco = person(hub, 'coco', 'coordinator')
  kees = person(hub, 'kees', 'member')
  olga = person(hub, 'olga', 'owner')
  judges = {}
  for (const [login, sector] of [['ada', 'academia'], ['bas', 'civil-society'], ['cor', 'industry'], ['dia', 'government'], ['eva', 'affected-communities'], ['fen', 'academia'], ['gus', 'industry']]) {
    judges[login] = person(hub, login, 'adjudicator')
    hub.polder('admin', 'seats', login, '--sector', sector)
  }
  const made = await coco.done(201, 'POST', '/records', {kind: 'organization', body: {name: 'Makers', type: 'company'}})
  org = made.body.uid
  await coco.done(200, 'POST', `/records/${org}/moves`, {move: 'publish'})
  hub.polder('admin', 'set-role', 'kees', 'member', '--organization', org)
})
after(() => hub.stop())

async function signIn(login) {
  const sent = await hub.request('/sign-in', {method: 'POST', body: new URLSearchParams({login, password}).toString(),
    headers: {'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin'}})
  assert.equal(sent.status, 303, sent.text)
  const cookie = String(sent.headers['set-cookie']).match(/([^;,\s]+=[^;]+);/)[1]
  const get = (path) => hub.request(path, {headers: {cookie}})
  return {cookie, get,
    async post(path, fields, from = path) {
      const csrf = (await get(from)).text.match(/name="csrf" value="([^"]+)"/)?.[1] ?? ''
      return hub.request(path, {method: 'POST', body: new URLSearchParams({csrf, ...fields}).toString(),
        headers: {cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin'}})
    }}
}

async function report(title = 'It leaks') {
  const {body} = await fay.done(201, 'POST', '/records', {kind: 'report', body: {title, summary: 'In short', description: 'What it does',
    classification: {real_world_harm: false, malicious_actor: false, csam: false}, systems: [{name: 'OLMo'}], severity: 'medium', disclosure: {intent: 'undecided'},
    statistics: {claim: 'It fails more often than the card says', trials: 1000, successes: 400}, confirmed: true}})
  await fay.done(200, 'POST', `/records/${body.uid}/moves`, {move: 'submit'})
  return body.uid
}
const act = (who, id, name, args = {}, status = 200) => who.done(status, 'POST', `/records/${id}/acts`, {act: name, args})
const stand = async (who, id) => (await who.done(200, 'GET', `/records/${id}/dispute`)).body
async function panelOf(id, state) {
  const uids = (await stand(coco, id)).panel.members.filter((m) => m.state === state).map((m) => m.name.split(' ')[0])
  return uids.map((login) => judges[login])
}
async function toPanel(record, procedure = 'free') {
  const {body} = await fay.done(201, 'POST', `/records/${record}/disputes`, {question: 'valid', statement: 'the-statement', procedure})
  await act(coco, body.uid, 'dispute.decide', {outcome: 'reject', reasons: 'We think not.'})
  await act(fay, body.uid, 'dispute.escalate', {reason: 'They are wrong.'})
  return body.uid
}

test('who judges is told to the parties as a member of the panel, not as a finder', async () => {
  const id = await report('Parties know that it is judged')
  const desk = await signIn('coco'), party = await signIn('kees')
  assert.equal((await desk.post(`/r/${id}/invite`, {subject: org, role: 'party'}, `/r/${id}`)).status, 303)
  const dispute = await toPanel(id)
  for (const judge of await panelOf(dispute, 'asked')) await act(judge, dispute, 'seat.declare', {conflict: false})
  const shown = (await party.get(`/r/${id}`)).text
  assert.match(shown, /<span>Member of the panel <span class="note">panel/)
  assert.doesNotMatch(shown, /<span>Finder /)
  assert.doesNotMatch(shown, /(ada|bas|cor|dia|eva|fen|gus) of the test/)
  /* An organization's people speak for it, so that judges can say whether anything ties them to it. */
  const form = (await party.get(`/r/${id}/dispute`)).text
  assert.match(form, new RegExp(`name="behalf"[^]*<option value="${org}"\\s*selected`))
  const filed = await party.post(`/r/${id}/dispute`, {question: 'scope', statement: 'It is another system.', behalf: org})
  assert.equal(filed.status, 303, filed.text)
  assert.equal((await stand(coco, filed.headers.location.split('/').pop())).claimant, 'Makers')
})

test('a public record is disputed on its page, and says so everywhere until it is settled', async () => {
  const {body} = await kees.done(201, 'POST', '/records', {kind: 'advisory', organization: org, body: {title: 'An advisory', summary: 'In short', description: 'x', affected: [{name: 'Model'}]}})
  const state = await kees.post(`/records/${body.uid}/moves`, {move: 'publish'})
  assert.ok(state.status === 200 || (await coco.done(200, 'POST', `/records/${body.uid}/moves`, {move: 'publish'})))
  const page = await signIn('fay')
  const path = (await nobody(hub).done(200, 'GET', `/records/${body.uid}`)).body.url
  const shown = await page.get(path)
  assert.match(shown.text, new RegExp(`href="${path}/dispute">Dispute this record`))
  assert.doesNotMatch((await hub.request(path)).text, /Dispute this record/)
  let sent = await page.post(`${path}/dispute`, {question: 'valid', statement: ''})
  assert.equal(sent.status, 422)
  assert.match(sent.text, /Say why/)
  sent = await page.post(`${path}/dispute`, {question: 'valid', statement: 'It is <b>not</b> so.'})
  assert.equal(sent.status, 303, sent.text)
  const dispute = sent.headers.location
  const id = dispute.split('/').pop()
  /* The page of what waits for the log is kept by nobody; other answers are, until the server sees that something changed. */
  await eventually(async () => (await nobody(hub).get(`/records/${body.uid}`)).body.disputed, 'answers are made anew')
  const open = (await hub.request(path)).text
  assert.match(open, /Disputed\./)
  assert.match(open, /It is &lt;b&gt;not&lt;\/b&gt; so\./)
  assert.match(open, /Has not answered yet/)
  assert.match((await hub.request('/browse/advisories')).text, /badge warn">Disputed/)
  const json = (await nobody(hub).done(200, 'GET', `/records/${body.uid}`)).body
  assert.equal(json.disputed[0].statement, 'It is <b>not</b> so.')
  assert.equal(json.disputed[0].open, true)
  assert.equal((await nobody(hub).done(200, 'GET', '/records?kind=advisory')).body.items[0].in_dispute, true)
  assert.ok((await nobody(hub).done(200, 'GET', '/disputes')).body.items.some((d) => d.uid === id))
  hub.polder('export', 'osv', json.id, '--out', join(hub.folder, 'osv'))
  const osv = JSON.parse(readFileSync(join(hub.folder, 'osv', `${json.id}.json`), 'utf8'))
  assert.equal(osv.database_specific.disputed[0].statement, 'It is <b>not</b> so.')
  hub.polder('export', 'csaf', json.id, '--out', join(hub.folder, 'csaf'))
  const csaf = readFileSync(join(hub.folder, 'csaf', `${json.id}.json`), 'utf8')
  assert.ok(JSON.parse(csaf).document.notes.some((note) => note.title === 'Disputed' && note.text.includes('<b>not</b>')), csaf)
  await act(kees, id, 'dispute.acknowledge')
  await act(kees, id, 'dispute.state', {text: 'It is so.'})
  await eventually(async () => (await hub.request(dispute)).text.includes('It is so.'), 'the page is made anew')
  const both = (await hub.request(dispute)).text
  assert.match(both, /Who disputes it[\s\S]*not&lt;\/b&gt; so\.[\s\S]*Who answers for it[\s\S]*It is so\./)
  assert.match(both, /aria-current="step"\s*>Who answers for it/)
  assert.doesNotMatch(both, /fay of the test/) /* persons are not named */
  await act(fay, id, 'dispute.decide', {outcome: 'uphold', reasons: 'x'}, 403)
  await act(kees, id, 'dispute.decide', {outcome: 'reject', reasons: 'Looked at again.'})
  await act(fay, id, 'dispute.accept')
  await act(kees, id, 'dispute.accept')
  await eventually(async () => !(await hub.request(path)).text.includes('<strong>Disputed.'), 'the page is made anew')
  const settled = (await hub.request(path)).text
  assert.doesNotMatch(settled, /<strong>Disputed\./)
  assert.match(settled, /The record stands as it is/)
  assert.doesNotMatch((await hub.request('/browse/advisories')).text, /badge warn">Disputed/)
  assert.match((await hub.request('/disputes')).text, /The record stands as it is/)
})

test('what is confidential is disputed in confidence', async () => {
  const record = await report()
  const {body} = await fay.done(201, 'POST', `/records/${record}/disputes`, {question: 'tier', statement: 'secret-statement'})
  for (const who of [nobody(hub), kees, judges.ada]) {
    await who.done(404, 'GET', `/records/${body.uid}`)
    await who.done(404, 'GET', `/records/${body.uid}/dispute`)
    assert.ok(!(await who.done(200, 'GET', '/disputes')).text.includes('secret-statement'))
  }
  await kees.done(404, 'POST', `/records/${record}/disputes`, {question: 'valid', statement: 'x'})
  await coco.done(403, 'POST', `/records/${record}/disputes`, {question: 'valid', statement: 'x'})
  await fay.done(409, 'POST', `/records/${record}/disputes`, {question: 'tier', statement: 'again'})
  await fay.done(422, 'POST', `/records/${record}/disputes`, {question: 'nonsense', statement: 'x'})
  assert.equal((await hub.request(`/r/${body.uid}`)).status, 404)
  for (const path of ['/disputes', '/search?q=statement', '/browse/disputes', '/feed.atom']) assert.ok(!(await hub.request(path)).text.includes('secret-statement'), path)
  assert.deepEqual((await stand(fay, body.uid)).may.sort(), ['dispute.state', 'dispute.withdraw'])
})

test('a panel declares, reads, votes and rules on pages', async () => {
  const record = await report('Panel')
  const id = await toPanel(record)
  const asked = (await stand(coco, id)).panel.members.map((m) => m.name.split(' ')[0])
  assert.equal(asked.length, 3)
  const first = await signIn(asked[0])
  assert.match((await first.get('/desk/panel')).text, /Declare whether you have a conflict of interest/)
  let page = (await first.get(`/r/${id}`)).text
  assert.match(page, /You are asked onto the panel/)
  assert.doesNotMatch(page, /the-statement/)
  assert.equal((await first.get(`/r/${record}`)).status, 404)
  const sent = await first.post(`/r/${id}/act/seat.declare`, {_do: 'save', '/conflict': 'false'})
  assert.equal(sent.status, 303, sent.text.slice(sent.text.indexOf('<main')))
  page = (await first.get(`/r/${id}`)).text
  assert.match(page, /the-statement/)
  assert.match(page, new RegExp(`/r/${id}/vote">Vote`))
  assert.equal((await first.get(`/r/${record}`)).status, 200)
  await act(judges[asked[1]], id, 'seat.declare', {conflict: true, what: 'my-brother-works-there'})
  for (const who of await panelOf(id, 'asked')) await act(who, id, 'seat.declare', {conflict: false})
  const sitting = await panelOf(id, 'sitting')
  assert.equal(sitting.length, 3)
  await act(judges[asked[1]], id, 'panel.vote', {choice: 'uphold', reasons: 'x'}, 404)
  const voter = await signIn(sitting[0].login)
  let cast = await voter.post(`/r/${id}/vote`, {choice: 'uphold', reasons: ''})
  assert.equal(cast.status, 422)
  assert.match(cast.text, /Give your reasons/)
  cast = await voter.post(`/r/${id}/vote`, {choice: 'uphold', reasons: 'first-reasons'})
  assert.equal(cast.status, 303, cast.text)
  assert.equal((await voter.get(`/r/${id}/vote`)).status, 404)
  assert.equal((await (await signIn('coco')).get(`/r/${id}/vote`)).status, 404)
  assert.ok(!(await sitting[1].done(200, 'GET', `/records/${id}/dispute`)).text.includes('first-reasons'))
  for (const who of [fay, coco]) {
    assert.ok(!(await who.done(200, 'GET', `/records/${id}/history`)).text.includes('first-reasons'))
    assert.ok(!(await who.done(200, 'GET', `/records/${id}/dispute`)).text.includes('first-reasons'))
  }
  await act(sitting[1], id, 'panel.vote', {choice: 'reject', reasons: 'dissenting-reasons', dissent: 'unnamed'})
  await act(sitting[2], id, 'panel.vote', {choice: 'uphold', reasons: 'third'})
  await act(sitting[0], id, 'panel.rule', {reasons: 'the-ruling'})
  page = (await (await signIn('fay')).get(`/r/${id}`)).text
  assert.match(page, /The dispute is upheld[\s\S]*to uphold: 2, to reject: 1[\s\S]*the-ruling[\s\S]*Dissent[\s\S]*dissenting-reasons/)
  assert.ok(!page.includes('my-brother-works-there'))
  await sitting[0].done(404, 'GET', `/records/${id}`)
})

test('seats are given by owners of the hub, on a page and by command', async () => {
  const page = await signIn('olga')
  assert.match((await page.get('/admin/seats')).text, /ada of the test[\s\S]*Academia/)
  const wrong = await page.post('/admin/seats', {person: 'fay', sector: 'academia'})
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /role adjudicator/)
  assert.equal((await page.post('/admin/seats', {person: 'ada', sector: 'other', until: '2031-12-31'})).status, 303)
  assert.equal(hub.polder('admin', 'seats', '--json').seats.find((s) => s.name.startsWith('ada')).sector, 'other')
  assert.throws(() => hub.polder('admin', 'seats', 'fay', '--sector', 'academia'), /role adjudicator/)
  assert.equal((await (await signIn('coco')).get('/admin/seats')).status, 403)
})

// ---- GRT2 ----

// A file before a change, from the file after it and the change as a unified diff.
function undo(text, diff) {
  const lines = text.split('\n')
  for (const hunk of diff.split(/^(?=@@ )/m).slice(1).reverse()) {
    const at = Number(hunk.match(/^@@ -\d+(?:,\d+)? \+(\d+)/)[1]) - 1
    const rows = hunk.split('\n').slice(1).filter((row) => /^[ +-]/.test(row))
    const fresh = rows.filter((row) => row[0] !== '-').map((row) => row.slice(1)), old = rows.filter((row) => row[0] !== '+').map((row) => row.slice(1))
    assert.deepEqual(lines.slice(at, at + fresh.length), fresh)
    lines.splice(at, fresh.length, ...old)
  }
  return lines.join('\n')
}
const digest = (text) => createHash('sha256').update(text).digest('hex')
const blob = (text) => createHash('sha1').update(`blob ${Buffer.byteLength(text)}\0${text}`).digest('hex')

async function assess(id, vector) {
  for (const who of await panelOf(id, 'asked')) await act(who, id, 'seat.declare', {conflict: false})
  const sitting = await panelOf(id, 'sitting')
  for (const who of sitting) await act(who, id, 'panel.vote', {vector, reasons: 'By the guide.'})
  await act(sitting[0], id, 'panel.rule', {reasons: 'By the guide.'})
  await act(fay, id, 'dispute.accept')
  await act(coco, id, 'dispute.accept')
  return stand(coco, id)
}

test('replaying GRT2: what led to a change of the card is accepted with its digests, what its playbook turns down is not', async () => {
  let card = readFileSync(join(grt2, 'model_card.md'), 'utf8')
  const history = readFileSync(join(grt2, 'model_card_history.patch'), 'utf8').split(/^=== /m).filter((part) => part.trim())
  let accepted = 0
  for (const part of history.slice(0, 6)) { /* newest first: each a submission that was accepted at the event */
    const [, commit, title] = part.match(/^(\S+) \S+ \S+ \S+ (.*)/)
    const [, from, to] = part.match(/^index ([0-9a-f]+)\.\.([0-9a-f]+)/m)
    const before = undo(card, part)
    assert.ok(blob(card).startsWith(to) && blob(before).startsWith(from), commit) /* the very files that were committed */
    const record = await report(title)
    const id = await toPanel(record, 'grt2')
    const ruled = await assess(id, accepted % 2 ? 'C:C/S:V/E:A' : 'C:U/S:V/E:A')
    assert.equal(ruled.state, 'final')
    assert.equal(ruled.rulings.at(-1).outcome, 'uphold')
    await act(coco, id, 'dispute.card', {url: `https://github.com/ul-dsri/olmo-defcon32/commit/${commit}`, commit, before: digest(before), after: digest(card)})
    const noted = (await stand(fay, id)).rulings.at(-1).card
    assert.deepEqual([noted.commit, noted.before, noted.after], [commit, digest(before), digest(card)])
    const seen = (await fay.done(200, 'GET', `/records/${record}`)).body
    assert.match(seen.body.assessment.vector, /^C:[CU]\/S:V\/E:A$/)
    assert.equal(seen.state, 'valid')
    assert.equal(seen.disputed[0].uid, id)
    card = before
    accepted++
  }
  assert.equal(accepted, 6)
  const playbook = readFileSync(join(grt2, 'form_responses.md'), 'utf8')
  const vectors = {2: ['C:U/S:V/E:M', 'C:U/S:C/E:I', 'C:U/S:L/E:A'], 4: ['C:I/S:V/E:A']}
  let refused = 0
  for (const section of playbook.split(/^## \(/m).slice(1)) {
    const step = Number(section[0])
    const answers = [...section.matchAll(/^### (\d)/gm)]
    assert.equal(answers.length, vectors[step]?.length ?? 0, `section ${step}`)
    for (const [i] of answers.entries()) {
      const record = await report(`Turned down at step ${step}`)
      const id = await toPanel(record, 'grt2')
      const ruled = await assess(id, vectors[step][i])
      assert.equal(ruled.rulings.at(-1).outcome, 'reject')
      assert.equal((await fay.done(200, 'GET', `/records/${record}`)).body.state, 'received')
      await act(coco, id, 'dispute.card', {url: 'https://example.org/', after: digest('x')}, 409)
      refused++
    }
  }
  assert.equal(refused, 4)
})
