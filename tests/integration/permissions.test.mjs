// Who may do what: each role on each address of the tables, on a record that is public and on one that is not. What must come of it is computed from
// the words of the tables (`polder admin routes`), the kind's file and the rules of visibility that docs/ and the headers state, not from the program.
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {source, startHub, starter, tags, unescaped} from './hub.mjs'
import {address, record, requests} from './operations.mjs'
import {Caller, createUser, nobody, token} from './people.mjs'

const kind = JSON.parse(readFileSync(join(source, 'kinds', 'lesson.json'), 'utf8'))

// rank: what the tables' words ask for. roles: of the kinds' lifecycles. scope: of the token.
const people = {
  'nobody': {rank: [], roles: ['anyone']},
  'guest': {role: 'guest', rank: ['signed in'], roles: ['anyone', 'guest'], scope: 'write'},
  'member': {role: 'member', rank: ['signed in', 'member'], roles: ['anyone', 'member'], scope: 'write'},
  'owner': {role: 'member', rank: ['signed in', 'member'], roles: ['anyone', 'member', 'owner'], scope: 'write'},
  'coordinator': {role: 'coordinator', rank: ['signed in', 'member', 'coordinator'], roles: ['anyone', 'member', 'coordinator'], scope: 'write'},
  'administrator': {role: 'owner', rank: ['signed in', 'member', 'administrator'], roles: ['anyone', 'member', 'administrator'], scope: 'write,admin'},
  'reading token': {as: 'owner', rank: ['signed in', 'member'], roles: ['anyone', 'member', 'owner'], scope: 'read'},
  'writing token': {as: 'owner', rank: ['signed in', 'member'], roles: ['anyone', 'member', 'owner'], scope: 'write'},
}
const audiences = {owner: ['owner', 'parties', 'public'], coordinator: ['coordinators', 'parties', 'regulator', 'downstream', 'public']}

let hub, routes
before(async () => {
  hub = await startHub({import: [starter], conf: '[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n'})
  routes = hub.polder('admin', 'routes', '--json')
  createUser(hub, 'visitor', 'guest')
  for (const [name, p] of Object.entries(people)) if (p.role) createUser(hub, name, p.role)
  for (const [name, p] of Object.entries(people)) {
    p.api = p.scope ? token(hub, p.as ?? name, p.scope) : nobody(hub)
    p.cookie = p.role ? await signIn(name) : ''
  }
})
after(() => hub?.stop())

const origin = () => `http://${hub.host}:${hub.port}`
const formHeaders = () => ({'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin: origin(), host: `${hub.host}:${hub.port}`})

// What the forms of a record's page send, by the route's name.
const forms = {
  'record-reveal-send': () => ({revision: '1', field: 'title', sure: 'yes'}),
  'edit-send': (r) => ({...r.form, '/title': 'Said again', _do: 'save'}),
  'record-move': (r) => (r.state === 'draft' ? {move: 'publish'} : {move: 'withdraw', reason: 'no longer so'}),
  'record-invite': (r) => ({subject: r.party ?? 'visitor', role: 'party'}),
  'record-dismiss': (r) => ({subject: r.party}),
  'record-link': () => ({rel: 'concerns', target: 'CUE-0002'}),
  'record-unlink': () => ({rel: 'concerns', target: 'CUE-0001'}),
  'record-draft': () => ({what: 'lesson'}),
  'redaction-send': () => ({rules: '{}', _do: 'save'}),
  'record-comment': () => ({text: 'Seen.', audience: 'parties'}),
  'record-erase': () => ({reason: 'asked for', sure: 'yes'}),
  'record-duplicate': () => ({of: 'CUE-0001'}),
  'room-message': () => ({text: 'Seen.', to: 'all'}),
  'room-act': () => ({act: 'task.done', task: '1'}),
  'room-read': () => ({up_to: '1'}),
  'report-case': () => ({title: 'A case'}),
  'triage-decide': () => ({table: 'harm-tier', do: 'record'}),
}
// The proof that a session's forms carry.
async function csrf(p) {
  if (!p.cookie) return ''
  p.csrf ??= (await hub.request('/account', {headers: {cookie: p.cookie}})).text.match(/name="csrf" value="([^"]+)"/)[1]
  return p.csrf
}
// What a form holds as it stands on its page.
async function fieldsOf(path, p) {
  const page = await hub.request(path, {headers: {cookie: p.cookie}})
  const text = page.text.slice(page.text.indexOf('data-form'))
  const inputs = tags(text).filter(({name, attributes: a}) => name === 'input' && a.name && a.name !== 'csrf' && !(['radio', 'checkbox'].includes(a.type) && !('checked' in a)))
  const areas = [...text.matchAll(/<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</g)].map(([, name, value]) => [name, unescaped(value)])
  return Object.fromEntries([...inputs.map(({attributes: a}) => [a.name, a.value ?? '']), ...areas])
}
async function sendForm(route, p, r) {
  const fields = {csrf: await csrf(p), ...forms[route.name]?.(r)}
  const path = route.path.replace('{id}', r.uid).replace('{act}', 'participant.ask')
  if (route.name !== 'record-attach') return hub.request(path, {method: 'POST', body: new URLSearchParams(fields).toString(), headers: {...formHeaders(), ...(p.cookie && {cookie: p.cookie})}})
  const part = (name, value, more = '') => `--edge\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
  const body = part('csrf', fields.csrf) + part('audience', 'parties') + part('file', 'some notes', '; filename="b.txt"') + '--edge--\r\n'
  return hub.request(path, {method: 'POST', body, headers: {...formHeaders(), 'content-type': 'multipart/form-data; boundary=edge', ...(p.cookie && {cookie: p.cookie})}})
}

async function signIn(login) {
  const body = new URLSearchParams({login, password: 'correct horse battery'}).toString()
  const answer = await hub.request('/sign-in', {method: 'POST', body, headers: formHeaders()})
  assert.equal(answer.status, 303, `${login}: ${answer.status}`)
  return answer.headers['set-cookie'][0].split(';')[0]
}

// ---- what must come of it ----

const inApi = (route) => route.path.startsWith('/api/')
const reads = (route) => route.method === 'GET'
// Of reports alone: harbor.test.mjs asks them as everybody.
const ofReports = ['harbor-accept', 'harbor-threatened', 'harbor-settled', 'grant-opening']
const aboutRecord = (route) => /^(\/api\/v1\/records|\/api\/v1\/releases|\/r)\/\{id/.test(route.path)
/* Of releases alone: a lesson has none. What one shows to whom is releases.test.mjs's. */
const ofReleases = (route) => /^\/api\/v1\/releases\/\{id\}/.test(route.path) || ['access-form', 'access-send', 'access-queue', 'access-queue-send', 'access-queue-export', 'gate-send'].includes(route.name)

// 'unknown caller', 'forbidden' or null: by the words of the table alone.
function refusedByTable(route, p) {
  const known = inApi(route) ? p.scope !== undefined : p.cookie !== ''
  if (inApi(route) && known) {
    const scopes = route.for === 'administrator' ? ['admin'] : reads(route) ? ['read', 'write'] : ['write']
    const held = {read: ['read'], write: ['read', 'write'], 'write,admin': ['read', 'write', 'admin']}[p.scope]
    if (!scopes.some((one) => held.includes(one))) return 'forbidden'
  }
  if (route.for === 'anyone') return null
  if (!known) return 'unknown caller'
  return route.for === 'signing in' || p.rank.includes(route.for) ? null : 'forbidden'
}

// Who may see a record that is not public, and which audiences they are.
const audiencesOf = (p, open) => {
  const mine = ['owner', 'coordinator'].filter((role) => p.roles.includes(role)).flatMap((role) => audiences[role])
  return open ? ['public', ...mine] : mine
}

// What the door in asks for, by the kind's file; commenting is for whoever has a part in the record.
const rights = {
  revise: () => kind.lifecycle.revise, patch: () => kind.lifecycle.revise, link: () => kind.lifecycle.revise, unlink: () => kind.lifecycle.revise,
  attach: () => kind.lifecycle.revise, erase: () => ['coordinator'], comment: () => ['owner', 'party', 'coordinator'], create: () => [...kind.lifecycle.create, 'coordinator'],
  move: (r) => kind.lifecycle.moves[r.state === 'draft' ? 'publish' : 'withdraw'].who,
}
rights['api-visibility'] = rights['api-preview'] = rights['set-visibility'] = rights['redaction'] = rights['redaction-send'] = () => ['owner', 'coordinator']
const sameAs = {'edit': 'revise', 'edit-send': 'revise', 'record-move': 'move', 'record-link': 'link', 'record-unlink': 'unlink',
  'record-comment': 'comment', 'room-message': 'comment', 'record-attach': 'attach', 'record-erase': 'erase'}
for (const [form, operation] of Object.entries(sameAs)) rights[form] = rights[operation]
rights['record-invite'] = rights['record-dismiss'] = () => ['owner', 'coordinator']

function expected(route, p, open, r) {
  const refused = refusedByTable(route, p)
  if (refused) return refused
  if (route.name === 'edit-send' && !p.cookie) return 'unknown caller' /* what was typed is kept, and who it was signs in */
  if (/^(record-)?erase$/.test(route.name) && p.roles.includes('administrator')) return 'done' /* by its name alone: they see nothing by it */
  /* A yes or a no, whatever it is asked about. */
  if (route.name === 'api-release-check') return p.scope === undefined ? 'unknown caller' : 'forbidden'
  if (ofReleases(route)) return 'nothing here'
  if (aboutRecord(route)) {
    /* What is the same for all is what the public sees. */
    const viewer = route.flags.includes('same for all') || !(inApi(route) || p.cookie) ? {roles: []} : p
    const who = audiencesOf(viewer, open)
    if (!who.length || route.gives.includes('feed')) return 'nothing here' /* nothing refers to a lesson that a feed could tell of */
    if (['api-room', 'room', 'room-act', 'room-message', 'room-read', 'act-form', 'act-send', 'api-dispute', 'dispute-file', 'dispute-file-send', 'vote', 'vote-send', 'decide', 'decide-send', 'triage', 'triage-decide'].includes(route.name)) return 'nothing here' /* a lesson has none; what a case's room or a dispute shows to whom is another test's */
    if (['act', 'file-dispute', 'open-case', 'report-case'].includes(route.name)) return '422' /* nor acts, nor is it disputed */
    if (['reveal', 'record-reveal-send'].includes(route.name)) return '409' /* nothing of it is in the log yet: log.test.mjs */
    if (route.name === 'record-duplicate') return '422' /* only a report is a duplicate */
    /* Who made it has a receipt of that; who published it, of that. */
    if (['api-one-receipt', 'record-receipt-file'].includes(route.name) && !p.roles.includes('owner') && !(open && p.roles.includes('coordinator'))) return 'nothing here'
    if (route.path.includes('{sha256}') && !who.some((one) => r.audiences.includes(one))) return 'nothing here'
  }
  /* The webhook is the owner's; whoever else asks is told of none. webhooks.test.mjs asks for organizations and the hub. */
  if (/^\/api\/v1\/webhooks\/\{id\}/.test(route.path) && !p.roles.includes('owner')) return 'nothing here'
  if (route.name === 'record-draft') return '422' /* nothing is drafted from a lesson */
  const needed = rights[route.name]?.(r)
  return needed && !needed.some((role) => p.roles.includes(role)) ? 'forbidden' : 'done'
}

// ---- what came of it ----

function outcome(route, answer) {
  if (answer.status === 401 || (answer.status === 303 && /^\/sign-in/.test(answer.headers.location ?? ''))) return 'unknown caller'
  if (answer.status === 403) return 'forbidden'
  if (answer.status === 404) return 'nothing here'
  return answer.status < 400 ? 'done' : `${answer.status}`
}

async function ask(route, p, r) {
  const request = inApi(route) ? requests[route.name](r) : {path: {id: r.uid, sha256: r.file, act: 'participant.ask', event: 0}}
  if (request.headers?.['if-match']) request.headers['if-match'] = '*' /* versions are another test's */
  if (inApi(route)) return p.api.send(route.method, address(route.path, request), request.body, request.headers)
  if (!reads(route)) return sendForm(route, p, r)
  if (route.name === 'record-link-find') request.query = 'rel=concerns&q=fraud'
  return hub.request(address(route.path, request), {method: route.method, headers: {...(p.cookie && {cookie: p.cookie})}})
}

for (const open of [true, false])
  test(`each role on each address about a record that is ${open ? 'public' : 'not public'}`, async () => {
    const owner = people.owner.api, wrong = []
    const another = async () => ({...await record(owner, {publish: open ? people.coordinator.api : null}), audiences: open ? ['owner', 'public'] : ['owner']})
    const guest = hub.polder('admin', 'users', '--json').accounts.find((one) => one.login === 'visitor').id
    const read = await another() /* a changing request gets one of its own */
    let n = 0
    for (const route of routes.filter((one) => (aboutRecord(one) || (inApi(one) && open)) && !ofReports.includes(one.name)))
      for (const [name, p] of Object.entries(people)) {
        const r = reads(route) ? read : await another()
        if (route.name === 'edit-send') r.form = await fieldsOf(`/r/${r.uid}/edit`, people.coordinator)
        if (route.name === 'record-dismiss') {
          r.party = guest
          await sendForm({name: 'record-invite', path: '/r/{id}/invite'}, people.coordinator, r)
        }
        const answer = await ask(route, p, r), want = expected(route, p, open, r), got = outcome(route, answer)
        if (got !== want) wrong.push(`${name}: ${route.method} ${route.path}: ${got} instead of ${want}: ${answer.status} ${answer.text.slice(0, 200)}`)
        n++
      }
    assert.deepEqual(wrong, [])
    console.log(`${n} requests`)
  })

test('each role on each other address is let through, or refused as its table says', async () => {
  const wrong = []
  let n = 0
  for (const route of routes.filter((one) => !aboutRecord(one) && !inApi(one)))
    for (const [name, p] of Object.entries(people)) {
      const path = route.path.replace(/\{[^}]*\}/g, '1')
      let want = refusedByTable(route, p), headers = {...(p.cookie && {cookie: p.cookie})}, body
      if (!reads(route)) {
        /* Without the form's token: whoever is let through so far is refused for that. */
        body = new URLSearchParams(route.params.filter((one) => one.in === 'form' && one.required).map((one) => [one.name, one.choices?.[0] ?? '1'])).toString()
        headers = {...headers, ...formHeaders()}
        if (!want && route.csrf === 'token') want = 'forbidden'
        if (route.csrf === 'origin') continue
      }
      const answer = await hub.request(path, {method: route.method, headers, body})
      const got = outcome(route, answer)
      n++
      const fine = want ? got === want : !['unknown caller', 'forbidden'].includes(got) && answer.status < 500
      if (!fine) wrong.push(`${name}: ${route.method} ${path}: ${got} instead of ${want ?? 'let through'}: ${answer.status}`)
    }
  assert.deepEqual(wrong, [])
  console.log(`${n} requests`)
})

test('a form that does not come from a page of this site is refused whoever sends it', async () => {
  for (const route of routes.filter((one) => ['origin', 'token'].includes(one.csrf)))
    for (const p of Object.values(people))
      for (const other of [{}, {origin: 'https://example.org'}, {'sec-fetch-site': 'cross-site'}, {'sec-fetch-site': 'same-site', origin: origin()}]) {
        const answer = await hub.request(route.path.replace(/\{[^}]*\}/g, '1'), {method: route.method, body: 'a=1',
          headers: {...(p.cookie && {cookie: p.cookie}), 'content-type': 'application/x-www-form-urlencoded', ...other}})
        assert.equal(answer.status, 403, `${route.method} ${route.path} ${JSON.stringify(other)}`)
      }
})

test('the API is not changed by a cookie, and a page is not opened by a token', async () => {
  const r = await record(people.owner.api)
  for (const route of routes.filter((one) => one.csrf === 'api' && one.for !== 'anyone')) {
    const request = requests[route.name](r)
    const answer = await new Caller(hub).send(route.method, address(route.path, request), request.body, {...request.headers, cookie: people.owner.cookie, ...formHeaders(),
      'content-type': 'application/json'})
    assert.equal(answer.status, 401, route.name)
  }
  for (const route of routes.filter((one) => !inApi(one) && reads(one) && one.for !== 'anyone')) {
    const query = route.params.filter((one) => one.in === 'query' && one.required).map((one) => `?${one.name}=1`).join('')
    const answer = await hub.request(route.path.replace(/\{[^}]*\}/g, '1') + query, {headers: {authorization: `Bearer ${people.administrator.api.token}`}})
    assert.equal(outcome(route, answer), 'unknown caller', route.path)
  }
})

test('every address that changes something says how it is protected, and every other takes no body', () => {
  for (const route of routes) {
    if (reads(route)) assert.equal(route.body_max, 0, route.path)
    else assert.ok(['origin', 'token', 'api'].includes(route.csrf), route.path)
    if (inApi(route) && !reads(route)) assert.equal(route.csrf, 'api', route.path)
    /* A mail program ends mails by one request (RFC 8058); the address is the proof. */
    if (!inApi(route) && !reads(route) && route.path !== '/unsubscribe/{token}') assert.notEqual(route.csrf, 'api', route.path)
    if (route.flags.includes('any origin') || route.flags.includes('cacheable')) assert.ok(reads(route) && route.for === 'anyone', route.path)
    assert.notEqual(route.for, 'nobody', route.path)
  }
})

test('afterwards the hub is whole, and nothing went wrong in it', () => {
  assert.equal(hub.errors, '')
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
})
