// Mail as a real mail server takes it (chasquid): invitations, notices at once, digests, and what happens when it does not take one. Where the
// server is not installed the tests say so and are skipped; `./dev check` installs it.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {Chasquid, domain, installed} from './chasquid.mjs'
import {eventually, startHub} from './hub.mjs'
import {password, token} from './people.mjs'

const without = installed() ? false : 'chasquid is not installed'
const base = 'https://hub.example'
let server, hub, jan, piet

const conf = (more = '', port = server.port) => `[hub]\nurl = ${base}\n[mail]\nserver = smtp://127.0.0.1:${port}\nfrom = Hub van Ünicode <hub@hub.example>\n${more}`
const create = (login, role, name = login) => {
  const made = spawnSync(process.env.POLDER_BUILD ? join(process.env.POLDER_BUILD, 'polder-hub') : 'build/polder-hub', ['admin', 'create-user', login, '--email', `${login}@${domain}`, '--name', name, '--role', role, '--hub', hub.dir], {input: password + '\n', encoding: 'utf8'})
  assert.equal(made.status, 0, made.stderr)
}
const sql = (text) => {
  const done = spawnSync('sqlite3', ['-bail', '-cmd', '.timeout 5000', join(hub.dir, 'hub.db'), text], {encoding: 'utf8'})
  assert.equal(done.status, 0, done.stderr)
  return done.stdout.trim()
}
const waiting = () => Number(sql('SELECT count(*) FROM mail'))

before(async () => {
  if (without) return
  server = await new Chasquid(['jan', 'piet', 'new', 'signed']).start()
  hub = await startHub({name: '.Test hub', conf: conf()})
  create('jan', 'member', '.Jan van de Dijk')
  create('piet', 'coordinator')
  jan = token(hub, 'jan')
  piet = token(hub, 'piet')
})
after(async () => {
  await hub?.stop()
  await server?.stop()
})

const lesson = async (who, title) => (await who.done(201, 'POST', '/records', {kind: 'lesson', body: {title, lesson: 'the-secret-lesson'}})).body
const inviteAs = (r, who, role = 'party') => hub.polder('invite', r.uid, who, '--as-role', role)

test('an invitation arrives whole, by STARTTLS', {skip: without}, async () => {
  hub.polder('admin', 'invite', `new@${domain}`, '--role', 'member')
  const m = await server.message('new@', /Invitation to \.Test hub/)
  assert.match(m.header('from'), /<hub@hub\.example>$/)
  assert.equal(m.header('auto-submitted'), 'auto-generated')
  assert.match(m.header('received'), /ESMTPS|TLS/i)
  assert.match(m.text, new RegExp(`\\n    ${base}/invitation/[\\w-]{43}\\n`))
})

test('a comment is mailed at once where its reader wants that, in general words and below its record\'s thread', {skip: without}, async () => {
  await jan.done(200, 'PUT', '/me/notices', {mail: {messages: 'now'}})
  const r = await lesson(jan, 'the-secret-title')
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'the-secret-comment', audiences: ['owner']})
  const m = await server.message('jan@', new RegExp(r.uid))
  assert.equal(m.subject, `A new message: ${r.uid}`)
  assert.match(m.text, new RegExp(`${base}/r/${r.uid}`))
  assert.doesNotMatch(m.raw, /the-secret/)
  assert.match(m.text, /\n-- \n\.Test hub\n/, 'a dot at the head of a line is one dot still')
  assert.equal(m.header('list-id'), '<notices.hub.example>')
  assert.match(m.header('references'), /^<[0-9a-f]{32}@hub\.example>$/)
  assert.equal(m.header('in-reply-to'), m.header('references'))
  assert.equal(m.header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'another', audiences: ['owner']})
  await eventually(() => server.messages().filter((one) => one.header('references') === m.header('references')).length === 2, 'two of one thread', 15000)
})

test('of a public record the headline is mailed as the public reads it, however long and in whatever script', {skip: without}, async () => {
  const title = `Überläufe 水 im Polder: ${'sehr lange Wörter und '.repeat(6)}Ende`
  const r = await lesson(jan, title)
  await piet.done(200, 'POST', `/records/${r.uid}/moves`, {move: 'publish'})
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'the-secret-comment', audiences: ['owner']})
  const m = await server.message('jan@', /A new message: Überläufe 水/)
  assert.match(m.text, new RegExp(title))
  assert.doesNotMatch(m.text, /the-secret/)
  for (const line of m.raw.split(/\r?\n/)) assert.ok(line.length <= 998, line)
  for (const line of m.body.split('\n')) assert.ok(line.length <= 76, line)
})

test('what the server takes later is tried again; what it refuses for good is given up, and both are said', {skip: without}, async () => {
  const r = await lesson(jan, 'x')
  server.mood('later')
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'one', audiences: ['owner']})
  await eventually(() => /could not be sent: .*45\d/.test(hub.errors), 'the failure is told', 15000)
  assert.equal(sql('SELECT max(attempts) FROM mail'), '1')
  server.mood('')
  sql('UPDATE mail SET due = 0')
  await server.message('jan@', new RegExp(r.uid))
  await eventually(() => waiting() === 0, 'nothing waits')

  server.mood('never')
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'two', audiences: ['owner']})
  await eventually(() => /refused for good and given up: .*55\d/.test(hub.errors), 'it is told', 15000)
  await eventually(() => waiting() === 0, 'nothing waits')
  server.mood('')
  hub.polder('admin', 'invite', `nobody@${domain}`, '--role', 'member')
  await eventually(() => /nobody@there\.example was refused for good/.test(hub.errors), 'an unknown recipient is told', 15000)
})

test('while the server is down the queue waits, and catches up', {skip: without}, async () => {
  const r = await lesson(jan, 'x')
  await server.end()
  await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text: 'one', audiences: ['owner']})
  await eventually(() => waiting() === 1 && sql('SELECT max(attempts) FROM mail') === '1', 'one attempt', 15000)
  await hub.restart()
  assert.equal(waiting(), 1)
  await server.start()
  sql('UPDATE mail SET due = 0')
  await server.message('jan@', new RegExp(r.uid))
})

test('a digest counts by record, comes once, and ends by its link without signing in', {skip: without}, async () => {
  await jan.done(200, 'PUT', '/me/notices', {mail: {messages: 'daily'}})
  sql(`UPDATE notice SET mail = ''`)
  const r = await lesson(jan, 'the-secret-title')
  for (const text of ['the-secret-1', 'the-secret-2', 'the-secret-3']) await piet.done(201, 'POST', `/records/${r.uid}/comments`, {text, audiences: ['owner']})
  await new Promise((done) => setTimeout(done, 2500))
  assert.equal(sql(`SELECT count(*) FROM notice WHERE mail = 'daily'`), '3')
  sql(`UPDATE notice SET at = at - 86400000000 WHERE mail = 'daily'`)
  const m = await server.message('jan@', /^3 notices$/)
  assert.match(m.text, new RegExp(`${r.uid} \\(3\\)\n    ${base}/r/${r.uid}\n`))
  assert.doesNotMatch(m.raw, /the-secret/)
  assert.equal(sql(`SELECT count(*) FROM notice WHERE mail <> ''`), '0')

  const [, stop] = m.header('list-unsubscribe').match(/^<https:\/\/hub\.example(\/unsubscribe\/[\w-]+)>$/)
  const asked = await hub.get(stop)
  assert.equal(asked.status, 200)
  assert.equal((await jan.get('/me/notices')).body.mail.messages, 'daily')
  const one = await hub.request(stop, {method: 'POST', body: 'List-Unsubscribe=One-Click', headers: {'content-type': 'application/x-www-form-urlencoded'}})
  assert.equal(one.status, 200, one.text)
  const {body} = await jan.get('/me/notices')
  assert.deepEqual(body.mail, {invitations: 'now', terms: 'now', messages: 'off', reports: 'off', cases: 'off', disputes: 'off', records: 'off', security: 'now'})
  assert.equal((await hub.get(stop.slice(0, -1) + (stop.endsWith('A') ? 'Q' : 'A'))).status, 404)
  assert.equal((await hub.request(stop.slice(0, -3), {method: 'POST', body: '', headers: {'content-type': 'application/x-www-form-urlencoded'}})).status, 404)
})

test('who changes a password is told by mail', {skip: without}, async () => {
  hub.polder('admin', 'token', 'jan', '--name', 'a script', '--scope', 'read')
  const m = await server.message('jan@', /A token of the API was made/)
  assert.doesNotMatch(m.text, /a script/)
})

test('by user and password, behind STARTTLS', {skip: without}, async () => {
  const secret = hub.file('mail-password', server.password)
  const other = await startHub({name: 'Signed hub', conf: conf(`user = signed@${domain}\npassword_file = ${secret}\n`, server.submission)})
  try {
    other.polder('admin', 'invite', `new@${domain}`, '--role', 'member')
    const m = await server.message('new@', /Invitation to Signed hub/)
    assert.match(m.text, /\/invitation\//)
  } finally {
    await other.stop()
  }
})
