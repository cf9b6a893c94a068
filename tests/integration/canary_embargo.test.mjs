// A word of its own in every place where text of a confidential matter can stand: reports, case, drafts, messages, files, acts, people. In each phase of an
// embargo's life every way out is read by everyone, and no word stands before anybody who may not read it. The public's answers are those of a twin hub
// to which the report never came, byte by byte, until there is something to publish.
import assert from 'node:assert/strict'
import net from 'node:net'
import {cpSync, mkdtempSync, readFileSync, readdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {addresses, close, crawl, each, knowing, lists, shape, tablesOf} from './crawler.mjs'
import {Matter, PHASES, ROLES} from './embargo.mjs'
import {startHub} from './hub.mjs'
import {Receiver} from './receiver.mjs'

// Takes all mail that the hub sends: [{to, text}].
function mailbox() {
  const mails = [], server = net.createServer((socket) => {
    let buffer = '', data = false, to = []
    socket.on('error', () => {})
    socket.write('220 here\r\n')
    socket.on('data', (bytes) => {
      buffer += bytes
      for (let at; (at = buffer.indexOf(data ? '\r\n.\r\n' : '\r\n')) >= 0; ) {
        const part = buffer.slice(0, at)
        buffer = buffer.slice(at + (data ? 5 : 2))
        if (data) mails.push({to, text: part})
        else if (/^RCPT/i.test(part)) to.push(part.match(/<([^>]*)>/)[1])
        else if (/^(MAIL|RSET)/i.test(part)) to = []
        data = !data && /^DATA/i.test(part)
        socket.write(data ? '354 go on\r\n' : /^QUIT/i.test(part) ? '221 bye\r\n' : '250 ok\r\n')
      }
    })
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({mails, port: server.address().port, close: () => server.close()})))
}

const conf = '[hub]\nurl = https://hub.example.org\n[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n[panel]\nseats = 1\nquorum = 1\n[webhooks]\nhttp_to_this_machine = yes\n'
let hub, twin, matter, routes, box, receiver
before(async () => {
  box = await mailbox()
  receiver = await new Receiver().start()
  hub = await startHub({conf: `${conf}[mail]\nserver = smtp://127.0.0.1:${box.port}\nfrom = Hub <hub@example.org>\n`, logged: true})
  routes = hub.polder('admin', 'routes', '--json')
  matter = new Matter(hub)
  await matter.people()
  await matter.hook(receiver.url)
  assert.equal((await hub.get('/.well-known/polder.json')).status, 200) // makes the hub's key
  // The twin: the same hub, people and keys, from before the report came.
  await hub.end()
  twin = Object.create(Object.getPrototypeOf(hub))
  twin.folder = mkdtempSync(join(tmpdir(), 'polder-twin-'))
  twin.dir = join(twin.folder, 'hub')
  cpSync(hub.dir, twin.dir, {recursive: true})
  await Promise.all([hub.serve(), twin.serve()])
})
after(async () => {
  close()
  box?.close()
  await receiver?.stop()
  await hub?.stop()
  await twin?.stop()
})

let requests = 0, about
const count = (n) => (requests += n)
// What changes from one answer to the next on any hub.
const still = ({status, headers, text}) => {
  const {date, 'set-cookie': cookie, ...rest} = headers
  return {status, headers: rest, text: text.replace(/name="(csrf|_once)" value="[^"]*"/g, '')}
}
// Secrets made anew for each page, what owners of the hub see of accounts and seats, grants, which are shown to whoever was given the address, and the log, whose
// leaves are random and which each hub signs at its own moment: of that the size is compared.
const OTHERWISE = /^\/(account\/(tokens|two-step)|admin\b|harbor\b|log\b|api\/v1\/log\b)/
// Until the epoch ends nothing confidential is in the log, and then only roughly how much there was.
const EPOCH = 15 * 60_000, epochs = [Math.floor(Date.now() / EPOCH)]
async function sameLog() {
  const sizes = await Promise.all([hub, twin].map(async (one) => (await one.json('/api/v1/log')).body.size))
  epochs.push(Math.floor(Date.now() / EPOCH))
  if (epochs[0] === epochs.at(-1)) assert.equal(sizes[0], sizes[1], 'leaves of the log')
  assert.ok(sizes[0] > 0)
}
// What differs between the hub and its twin for those who know nothing of the matter. Served a second ago or now, an answer is the same.
async function differences(roles) {
  const told = new Set(), all = addresses(routes, knowing(await matter.known(), about))
  for (const role of roles)
    for (const {pages, api} of matter.ways(role)) {
      const list = [...all, ...lists(['example', 'zqaax1x'])].map((path) => ({path, headers: path.startsWith('/api/') ? api : pages})).filter((one) => one.headers && !OTHERWISE.test(one.path))
      const answers = new Map()
      count(2 * list.length)
      await each(hub, list, (answer) => answers.set(answer.path, still(answer)))
      await each(twin, list, (answer) => {
        const ours = answers.get(answer.path), theirs = still(answer)
        for (const part of ['status', 'headers', 'text'])
          if (JSON.stringify(ours[part]) !== JSON.stringify(theirs[part])) told.add(`${role} at ${shape(answer.path)}: ${part} ${first(JSON.stringify(ours[part]), JSON.stringify(theirs[part]))}`)
      })
    }
  return [...told].sort()
}
const first = (a, b) => {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return `…${a.slice(Math.max(0, i - 40), i + 40)}… not …${b.slice(Math.max(0, i - 40), i + 40)}…`
}

// What commands print as somebody else than the operator, and what is written for other hubs, which is for the public whoever writes it.
function commands() {
  const told = new Set(), ids = Object.values(matter.ids), word = [...matter.words.keys()][matter.phase]
  const asks = [['list', '--limit', '200'], ['list', '--limit', '200', '--kind', 'case'], ['search', word], ...ids.flatMap((id) => [['show', id], ['history', id], ['room', id], ['visibility', id]])]
  for (const [as, role] of [['public', 'public'], ['member', 'member'], ['panel', 'adjudicator']])
    for (const args of asks) {
      const {stdout, stderr} = run([...args, '--as', as, '--hub', hub.dir, ...(args[0] === 'show' ? ['--json'] : [])])
      for (const what of matter.leaks(role, {path: '', headers: {}, text: stdout + stderr}, args.join(' '))) told.add(`${args[0]} --as ${as} prints ${what}`)
    }
  for (const format of ['avid', 'osv', 'csaf', 'polder'])
    for (const which of [['--all'], ...ids.map((id) => [id])]) {
      const to = mkdtempSync(join(hub.folder, 'export-')), {stdout, stderr} = run(['export', format, ...which, '--out', to, '--hub', hub.dir])
      const text = stdout + stderr + readdirSync(to).map((name) => name + readFileSync(join(to, name), 'utf8')).join('\n')
      for (const what of matter.leaks('public', {path: '', headers: {}, text}, which[0])) told.add(`export ${format} ${which[0] === '--all' ? '--all' : 'of one'} writes ${what}`)
      written += readdirSync(to).length
    }
  return [...told].sort()
}
let written = 0

const crawled = (phase) =>
  test(`phase ${PHASES.indexOf(phase) + 1} of an embargo, ${phase}: nobody reads what is not theirs`, async () => {
    about ??= await tablesOf(hub)
    matter.phase = PHASES.indexOf(phase)
    await matter[phase]()
    const {leaks, n} = await crawl(matter, routes, about)
    count(n)
    assert.deepEqual(leaks, [])
    if (['active', 'published', 'told'].includes(phase)) assert.deepEqual(commands(), [])
    if (['published', 'told'].includes(phase)) return
    await sameLog()
    assert.deepEqual(await differences(phase === 'active' ? ['public', 'member', 'guest', 'adjudicator', 'administrator'] : ['public', 'member']), [], 'it is told that there is something')
  })

for (const phase of PHASES.filter((one) => one !== 'told')) crawled(phase)

// Changes that can't be made, each with what is wrong with it.
const attempts = (uid, acts, other) => [
  ...acts.map((act) => ['POST', `/api/v1/records/${uid}/acts`, {act, args: {nonsense: 1}}]), ['POST', `/api/v1/records/${uid}/acts`, {act: 'no.act', args: {}}],
  ['POST', `/api/v1/records/${uid}/moves`, {move: 'nonsense'}], ['POST', `/api/v1/records/${uid}/links`, {rel: 'nonsense', target: other}], ['POST', `/api/v1/records/${uid}/comments`, {text: 'x', audiences: ['nobody']}],
  ['PUT', `/api/v1/records/${uid}`, {title: 'x'}, {'if-match': '"0"'}], ['PATCH', `/api/v1/records/${uid}`, {title: 'x'}, {'if-match': '"0"'}], ['PUT', `/api/v1/records/${uid}/visibility`, {rules: {x: []}}],
  ['POST', `/api/v1/records/${uid}/disputes`, {question: 'nonsense', statement: 'x'}], ['POST', `/api/v1/records/${uid}/erasure`, {}], ['POST', `/api/v1/records/${uid}/case`, {case: 'nothing'}],
  ['POST', `/api/v1/records/${uid}/read`, {up_to: -1}], ['POST', `/api/v1/records/${uid}/files?audiences=nobody`, 'x'], ['POST', '/api/v1/bulk', [{op: 'comment', id: uid, text: ''}, {op: 'move', id: uid, move: 'nonsense'}]],
  ['DELETE', `/api/v1/records/${uid}/links`, {rel: 'handles', target: other}],
].map(([method, path, body, headers]) => ({method, path, body, headers}))

// Where else a record is named.
const mentions = (uid) => ['/api/v1/records?system=', '/api/v1/records?kind=report&organization=', '/browse/reports?system=', '/search?q=', '/api/v1/search?q=', '/api/v1/policies?organization=', '/policies?organization=',
  '/policies/compare?id=', '/api/v1/policies/compare?id=', '/new/report?about=', '/report/new?how=name&about=', '/r/%/link?rel=related-to&q='].map((path) => path.replace('%', matter.ids.system) + uid)

test('what is refused says nothing: who does not know of a record is told what is said of one that does not exist', async () => {
  const told = new Set(), {ids} = matter, hidden = ['report1', 'report2', 'case', 'lesson', 'dispute', 'hidden']
  for (const role of Object.keys(ROLES).filter((one) => one !== 'finder' && one !== 'public'))
    for (const {api, how, pages} of matter.ways(role)) {
      const own = ROLES[role] === 'member' ? (await matter.callers[role].done(201, 'POST', '/records', {kind: 'lesson', body: {title: 'Mine', lesson: 'Mine'}})).body.uid : undefined
      for (const name of hidden) {
        const knows = name === 'hidden' ? role === 'coordinator' : matter.audience(name, ['public', 'invited'], matter.phase).includes(role)
        const nothing = ids[name].replace(/.$/, (c) => (c === '0' ? '1' : '0')), answers = {}
        for (const uid of knows ? [ids[name]] : [ids[name], nothing]) {
          const gets = addresses(routes.filter(({path}) => /^\/(r|api\/v1\/records)\/\{id/.test(path)), knowing({...await matter.known(), ids: [uid]}, {...about, acts: ['participant.ask']}))
          const list = [...(how === 'token' ? attempts(uid, about.acts, ids.system) : []), ...gets.map((path) => ({path})), ...mentions(uid).map((path) => ({path})),
            ...(own && !knows && how === 'token' ? [{method: 'POST', path: `/api/v1/records/${own}/links`, body: {rel: 'related-to', target: uid}}, {method: 'POST', path: '/api/v1/reports', body: {how: 'name', body: {}, systems: [uid], same: [uid]}}] : [])]
            .map((one) => ({...one, headers: {...(one.path.startsWith('/api/') ? api : pages), ...one.headers}})).filter((one) => one.path.startsWith('/api/') || pages)
          count(list.length)
          await each(hub, list, (answer, one) => {
            if (one.method && one.method !== 'GET' && answer.status < 400 && !one.path.endsWith('/bulk')) told.add(`${role} may ${one.method} ${shape(one.path)} ${JSON.stringify(one.body)}`)
            for (const what of matter.leaks(role, answer, one.path + JSON.stringify(one.body ?? ''))) told.add(`${role} is told ${what} by ${one.method ?? 'GET'} ${shape(one.path)}`)
            const {status, headers, text} = still(answer)
            if (text.includes(uid)) delete headers.etag // of a page that repeats what was asked
            const key = `${one.method ?? 'GET'} ${one.path.replace(uid, '…')} ${JSON.stringify(one.body ?? '').replace(uid, '…')}`
            const said = JSON.stringify([status, headers, text]).replaceAll(uid, '…').replaceAll(uid.toLowerCase().replaceAll('-', ' '), '…')
            if (answers[key] !== undefined && answers[key] !== said) told.add(`${role} can tell ${name} from nothing by ${key}: ${first(answers[key], said)}`)
            answers[key] = said
          })
        }
      }
    }
  assert.deepEqual([...told].sort().slice(0, 40), [])
})

crawled('told')

test('each word was read by somebody who may, so the crawl comes to all places', () => {
  const missed = [...matter.words].filter(([word, {what}]) => !matter.seen.has(word)).map(([, {what}]) => what)
  assert.deepEqual(missed, [])
  for (const role of Object.keys(ROLES).filter((one) => one !== 'guest' && one !== 'public')) assert.ok([...matter.seen.values()].some((roles) => roles.has(role)), role)
})

test('no word stands in a mail but of whoever it goes to, nor in a call of a webhook, nor in the log of the server', async () => {
  assert.ok(box.mails.some(({text}) => /https:\/\/hub\.example\.org\/(inbox|r|account)/.test(text)), box.mails[0]?.text ?? 'no mail came')
  for (const {to, text} of box.mails) {
    const plain = text.replace(/=\r?\n/g, '') + (text.match(/^[A-Za-z0-9+/=\r\n]{60,}$/gm) ?? []).map((part) => Buffer.from(part, 'base64').toString()).join('')
    for (const [word] of plain.matchAll(/zq[a-z]{2}x\d+x/g)) {
      const role = Object.keys(matter.logins).find((one) => to[0].startsWith(matter.logins[one]))
      assert.ok(matter.words.get(word).what.startsWith('name of') && word === matter.logins[role], `mail to ${role} has ${matter.words.get(word).what}:\n${plain}`)
    }
    for (const [literal, what] of matter.literals) if (!/^uid/.test(what)) assert.ok(!plain.includes(literal), what)
  }
  const roles = new Set()
  for (const {path, headers, body} of receiver.calls) {
    const role = path.slice(1), found = matter.leaks(role === 'administrator' ? 'public' : role, {path, headers, text: body.toString()})
    for (const [word] of body.toString().matchAll(/zq[a-z]{2}x\d+x/g)) if (!matter.words.get(word).readers(matter.phase).includes('public')) found.push(word)
    assert.deepEqual(found, [], `${path}: ${body}`)
    roles.add(role)
  }
  for (const role of ['consenting', 'coordinator', 'administrator']) assert.ok(roles.has(role), `${role} was called`)
  for (const line of hub.errors.split('\n')) {
    if (/[?&]q=zq/.test(line)) continue // what we looked for ourselves
    assert.doesNotMatch(line, /zq[a-z]{2}x\d+x/)
    assert.ok(!line.includes(matter.receipt) && !line.includes(matter.coordinator.token), line)
  }
  assert.ok(requests > 10000 && written > 0, `${requests} requests, ${written} files`)
  console.log(`# ${routes.filter((r) => r.method === 'GET').length} routes, ${Object.keys(ROLES).length} roles, ${PHASES.length} phases, ${matter.words.size} words: ${requests} requests, ${box.mails.length} mails, ${receiver.calls.length} calls of webhooks`)
})
