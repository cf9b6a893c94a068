// A word of its own in every field of a record of every kind; then every page, feed and answer that each role can reach is read, and no word
// stands where its reader has no part in its field. Also of records that are not public at all.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {Browser} from './browser.mjs'
import {plant} from './canary.mjs'
import {eventually, startHub, unescaped} from './hub.mjs'
import {person} from './people.mjs'

// Which audiences somebody belongs to for records that are not their own.
const ROLES = {
  nobody: ['public'],
  guest: ['public'],
  member: ['public'],
  owner: ['public'], // of the hub: administers, and reads no more by that
  adjudicator: ['public', 'panel'],
  coordinator: ['public', 'coordinators', 'parties', 'regulator', 'downstream'],
}
let hub, words, hidden
const sessions = {}, tokens = {}

before(async () => {
  hub = await startHub({conf: '[log]\nepoch = PT1S\n', logged: true})
  const common = (await hub.json('/api/v1/schemas/common')).body
  const kinds = hub.polder('kinds', '--json')
  const records = []
  words = []
  hidden = []
  for (const [i, {kind}] of kinds.entries()) {
    const definition = hub.polder('kinds', kind, '--json')
    const open = Object.entries(definition.lifecycle.states).filter(([, s]) => s.public === true).map(([name]) => name)
    const closed = Object.entries(definition.lifecycle.states).filter(([, s]) => s.public !== true).map(([name]) => name)
    for (const [state, list, prefix] of [[open.includes('published') ? 'published' : open[0], words, `zqo${i}`], [closed[0], hidden, `zqc${i}`]]) {
      if (!state) continue
      const planted = plant(definition, common, prefix)
      if (planted.body.aliases) planted.body.aliases = [`alias-${prefix}`]
      if (kind === 'report') planted.body.classification = {...planted.body.classification, type: 'security-incident', csam: false}
      if (kind === 'proposal') delete planted.body.into // only of proposals to merge
      records.push({kind, id: `canary:${kind}-${state}`, state, body: planted.body})
      // What every kind shows of itself may stand anywhere; of a closed record, all audiences but the public's are kept out by its state.
      list.push(...planted.words.map((w) => ({...w, kind, state})))
    }
  }
  const report = hub.polder('import', 'polder', hub.file('canary.json', records), '--json')
  assert.deepEqual(report.rejections, [])
  await reveal(hub.polder('kinds', 'lesson', '--json'), common)
  for (const role of Object.keys(ROLES)) {
    if (role === 'nobody') continue
    tokens[role] = person(hub, role, role).token
    sessions[role] = (await new Browser(hub).signIn(role)).cookie
  }
})
after(async () => hub?.stop())

// One that was sealed, published, and of which all is revealed that may be: what is shown of it holds no word that its page does not.
let revealed
async function reveal(definition, common) {
  const planted = plant(definition, common, 'zqr')
  if (planted.body.aliases) planted.body.aliases = ['alias-zqr']
  const {uid} = hub.polder('new', 'lesson', '--file', hub.file('sealed.json', planted.body), '--json')
  hub.polder('move', uid, 'publish')
  const [version] = await eventually(() => {
    const list = hub.polder('reveal', uid, '--json')
    return list.length ? list : null
  }, 'a version that may be revealed', 20_000)
  hub.polder('reveal', uid, '--event', `${version.revision}`, '--fields', version.fields.join(','), '--yes')
  revealed = await eventually(async () => (await hub.json(`/api/v1/records/${uid}/reveals`)).body.items.find((one) => one.leaf >= 0), 'the reveal in the log', 20_000)
  words.push(...planted.words.map((w) => ({...w, kind: 'lesson', state: 'revealed'})))
}

// Every address of this site that an answer names, in HTML, JSON, XML or a Link header.
function addresses({text, headers}) {
  const found = new Set()
  for (const [, quoted] of text.matchAll(/(?:href|src|action|url|id|href_template)"?\s*[=:]\s*"([^"]*)"/g)) found.add(unescaped(quoted))
  for (const [, bare] of text.matchAll(/<(?:loc|id|uri)>([^<]*)</g)) found.add(unescaped(bare))
  for (const [, linked] of (headers.link ?? '').matchAll(/<([^>]*)>/g)) found.add(linked)
  return [...found].map((a) => a.replace(/^https?:\/\/127\.0\.0\.1:\d+/, '').replace(/#.*$/, '')).filter((a) => /^\/(?!\/)/.test(a) && !/[{}]/.test(a))
}

// What one address of its sort is as good as another: pages of facets, of sorts of lists.
const LIMIT = 900
async function crawl(headers, begin) {
  const queue = [...begin], seen = new Set(queue), answers = []
  for (let i = 0; i < queue.length && i < LIMIT; i++) {
    const answer = await hub.request(queue[i], {headers})
    answers.push({path: queue[i], ...answer})
    if (answer.status >= 500) assert.fail(`${queue[i]}: ${answer.status}`)
    if (!/text|json|xml/.test(answer.headers['content-type'] ?? '')) continue
    for (const next of [...addresses(answer), ...(answer.headers.location?.startsWith('/') ? [answer.headers.location] : [])])
      if (!seen.has(next) && !/^\/(sign-out|static)/.test(next)) {
        seen.add(next)
        queue.push(next)
      }
  }
  return answers
}

const ids = async () => {
  const list = hub.polder('list', '--limit', '200', '--json').items
  return list.flatMap(({uid}) => ['', '/history', '/edit', '.json', '.jsonld', '.bib', '.csl.json'].map((end) => `/r/${uid}${end}`).concat([`/api/v1/records/${uid}`, `/api/v1/records/${uid}/history`, `/api/v1/records/${uid}/moves`]))
}

for (const [role, audiences] of Object.entries(ROLES)) {
  for (const how of role === 'nobody' ? ['nothing'] : ['session', 'token'])
    test(`no word leaves its audience: ${role} with ${how}`, async () => {
      const headers = {accept: 'text/html, application/json;q=0.5', ...(how === 'session' && {cookie: sessions[role]}), ...(how === 'token' && {authorization: `Bearer ${tokens[role]}`})}
      const mine = new Set(audiences)
      const secret = [...words.filter((w) => !w.audiences.some((a) => mine.has(a))), ...hidden.filter((w) => role !== 'coordinator' || !w.audiences.some((a) => mine.has(a)))]
      assert.ok(secret.length > 20 || role === 'coordinator', `${secret.length} words to look for`)
      const searches = secret.slice(0, 120).map(({word}) => `/search?q=${word}`)
      const api = secret.slice(0, 120).map(({word}) => `/api/v1/search?q=${word}`)
      const begin = ['/', '/browse', '/cue', '/kinds', '/about', '/api', '/api/v1', '/api/v1/records?limit=200', '/sitemap.xml', '/robots.txt', '/new', '/drafts', '/inbox', '/searches', '/account', '/admin', '/admin/audit', '/cue/proposals', `/log/revealed/${revealed.leaf}`, '/log/statements/0', '/log', ...(await ids())]
      const answers = await crawl(headers, begin)
      assert.ok(answers.filter((a) => a.status === 200).length > 50, `only ${answers.length} answers`)
      for (const path of [...searches, ...api]) answers.push({path, searched: true, ...(await hub.request(path, {headers}))})
      for (const answer of answers) {
        const everything = JSON.stringify(answer.headers) + answer.text
        for (const {word, kind, pointer} of secret) {
          // What was asked for stands in the answer to a search as it was typed.
          const text = answer.searched ? everything.replaceAll(new RegExp(`${answer.path.split('=')[1]}`, 'g'), '') : everything
          assert.ok(!text.includes(word), `${answer.path} shows ${pointer} of a ${kind} to ${role}`)
        }
        if (answer.searched && answer.path.startsWith('/api')) assert.equal(JSON.parse(answer.text).total, 0, answer.path)
      }
    })
}

test('what may be read is: each role finds words of its own audiences', async () => {
  const publicRecord = words.find((w) => w.audiences.includes('public'))
  assert.ok(publicRecord)
  const forCoordinators = words.filter((w) => w.audiences.includes('coordinators') && !w.audiences.includes('public'))
  assert.ok(forCoordinators.length > 10)
  const list = hub.polder('list', '--limit', '200', '--json').items
  let shown = 0
  for (const {uid} of list) {
    const {text, status} = await hub.request(`/api/v1/records/${uid}`, {headers: {authorization: `Bearer ${tokens.coordinator}`}})
    assert.equal(status, 200)
    for (const {word} of forCoordinators) shown += text.includes(word)
  }
  assert.equal(shown, forCoordinators.length)
})
