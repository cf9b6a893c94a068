// Accounts on the command line, and the mail that they send: the real programs, with a mail server of the test's own.
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import net from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {test} from 'node:test'
import {Hub, build, incident, makeHub, pause, polder, run, start} from './cli.mjs'

const password = 'tulips over the dike'
const withInput = (hub, input, ...args) => run([...args, '--hub', hub.dir], {input})
const create = (hub, login, ...more) => {
  const r = withInput(hub, `${password}\n`, 'admin', 'create-user', login, '--email', `${login}@example.org`, '--json', ...more)
  assert.equal(r.status, 0, r.stdout + r.stderr)
  return JSON.parse(r.stdout).account
}
// Everything in the hub's folder as one text.
const folderBytes = (hub) => Buffer.concat(readdirSync(hub.dir).filter((name) => name.startsWith('hub.db')).map((name) => readFileSync(join(hub.dir, name)))).toString('latin1')

test('an account is made, listed, changed, suspended and restored', (t) => {
  const hub = makeHub(t)
  assert.match(hub.text('admin', 'users'), /There are no accounts/)
  const bea = create(hub, 'bea', '--name', 'Bea Vermeer', '--role', 'owner')
  assert.match(bea.id, /^U-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  assert.deepEqual([bea.login, bea.name, bea.email, bea.role, bea.password, bea.second_factor, bea.suspended],
    ['bea', 'Bea Vermeer', 'bea@example.org', 'owner', true, false, false])
  assert.deepEqual(bea.organizations, [])
  const jan = create(hub, 'jan')
  assert.equal(jan.role, 'member')
  assert.deepEqual(hub.json('admin', 'users').accounts.map((a) => a.login), ['bea', 'jan'])
  assert.match(hub.text('admin', 'users'), /^bea +U-\S+ +owner +never +bea@example.org/m)
  assert.equal(hub.json('admin', 'edit-user', 'jan@example.org', '--name', 'Jan Steen').account.name, 'Jan Steen')
  assert.equal(hub.json('admin', 'edit-user', jan.id, '--email', 'steen@example.org').account.email, 'steen@example.org')
  assert.equal(hub.json('admin', 'edit-user', 'jan', '--suspend').account.suspended, true)
  assert.match(hub.text('admin', 'users'), /^jan .*suspended/m)
  assert.equal(hub.json('admin', 'edit-user', 'jan', '--restore', '--reset-totp').account.suspended, false)
  hub.check()
})

test('what can not be is refused and says what is wrong', (t) => {
  const hub = makeHub(t)
  create(hub, 'bea', '--role', 'owner')
  const refused = (status, code, where, input, ...args) => {
    const r = withInput(hub, input, ...args, '--json')
    assert.equal(r.status, status, r.stdout + r.stderr)
    const {error} = JSON.parse(r.stdout)
    assert.equal(error.code, code, error.message)
    if (where) assert.equal(error.where, where)
  }
  const user = ['admin', 'create-user']
  refused(1, 'exists', 'login', password, ...user, 'BEA', '--email', 'x@example.org')
  refused(1, 'exists', 'email', password, ...user, 'other', '--email', 'BEA@example.org')
  refused(1, 'invalid', 'password', 'password123\n', ...user, 'jan', '--email', 'jan@example.org')
  refused(1, 'invalid', '', '', ...user, 'jan', '--email', 'jan@example.org')
  refused(1, 'invalid', 'email', password, ...user, 'jan', '--email', 'jan@example.org\nBcc: x@example.org')
  refused(2, 'usage', '', password, ...user, 'jan')
  refused(2, 'usage', '', password, ...user, 'jan', '--email', 'jan@example.org', '--role', 'king')
  refused(1, 'not-found', '', password, ...user, 'jan', '--email', 'jan@example.org', '--organization', 'nothing')
  refused(1, 'not-found', '', '', 'admin', 'edit-user', 'nobody', '--suspend')
  refused(2, 'usage', '', '', 'admin', 'edit-user', 'bea')
  refused(2, 'usage', '', '', 'admin', 'edit-user', 'bea', '--suspend', '--restore')
  refused(1, 'conflict', '', '', 'admin', 'edit-user', 'bea', '--suspend')
  refused(1, 'conflict', '', '', 'admin', 'set-role', 'bea', 'member')
  refused(1, 'conflict', '', '', 'admin', 'set-role', 'bea', 'none')
  refused(2, 'usage', '', '', 'admin', 'token', 'bea')
  refused(2, 'usage', '', '', 'admin', 'token', 'bea', '--name', 'x', '--scope', 'everything')
  refused(2, 'usage', '', '', 'admin', 'token', 'bea', '--name', 'x', '--days', '400')
  refused(1, 'forbidden', '', '', 'admin', 'users', '--as', 'public')
  refused(1, 'forbidden', '', password, ...user, 'jan', '--email', 'jan@example.org', '--as', 'member')
  assert.deepEqual(hub.json('admin', 'users').accounts.map((a) => a.login), ['bea'])
})

test('a password comes from a file, from standard input, or from a terminal that does not show it', async (t) => {
  const hub = makeHub(t)
  const file = hub.file('password', `${password}\nwhat stands below is not it\n`)
  const r = run(['admin', 'create-user', 'bea', '--email', 'bea@example.org', '--role', 'owner', '--password-file', file, '--hub', hub.dir])
  assert.equal(r.status, 0, r.stderr)
  assert.match(withInput(hub, 'windmills in the mist\r\n', 'admin', 'set-password', 'bea').stdout, /^The password was set: bea/)
  // On a terminal of its own, each line typed when it is asked for.
  const typed = (one, other) =>
    new Promise((done) => {
      const child = spawn('script', ['-qec', `${polder} admin set-password bea --hub ${hub.dir}`, '/dev/null'])
      let stdout = '', asked = ['Password: ', 'Once more: '], lines = [one, other]
      child.stdout.on('data', (bytes) => {
        stdout += bytes
        if (!asked.length || !stdout.includes(asked[0])) return
        asked.shift()
        child.stdin.write(`${lines.shift()}\n`)
      })
      child.on('close', (status) => done({status, stdout}))
      setTimeout(() => child.kill(), 30_000).unref()
    })
  const same = await typed('storks on the chimney', 'storks on the chimney')
  assert.equal(same.status, 0, same.stdout)
  assert.match(same.stdout, /The password was set/)
  assert.ok(!same.stdout.includes('storks'))
  const different = await typed('storks on the chimney', 'storks in the chimney')
  assert.equal(different.status, 1)
  assert.match(different.stdout, /not the same/)
  const bytes = folderBytes(hub)
  for (const secret of [password, 'windmills in the mist', 'storks on the chimney']) assert.ok(!bytes.includes(secret))
})

test('with --invite no password is asked for and an address is printed', (t) => {
  const hub = makeHub(t)
  writeFileSync(join(hub.dir, 'polder.conf'), '[hub]\nname = Test hub\nprefix = TST\nurl = https://hub.example.org/\n')
  const made = hub.json('admin', 'create-user', 'bea', '--email', 'bea@example.org', '--invite')
  assert.equal(made.account.password, false)
  assert.match(made.address, /^https:\/\/hub\.example\.org\/reset\/[A-Za-z0-9_-]{43}$/)
  assert.match(hub.text('admin', 'set-password', 'bea', '--invite'), /https:\/\/hub\.example\.org\/reset\/[A-Za-z0-9_-]{43}\n/)
  const invited = hub.json('admin', 'invite', 'jan@example.org', '--role', 'coordinator')
  assert.equal(invited.address, `https://hub.example.org/invitation/${invited.code}`)
  assert.equal(invited.role, 'coordinator')
  assert.equal(hub.error(1, 'admin', 'invite', 'nonsense').where, 'email')
  const bytes = folderBytes(hub)
  for (const secret of [invited.code, made.address.slice(-43)]) assert.ok(!bytes.includes(secret))
})

test('an account has one role on the hub and one in each organization', (t) => {
  const hub = makeHub(t)
  create(hub, 'bea', '--role', 'owner')
  const hive = hub.json('new', 'organization', '--set', 'name=Hive', '--set', 'type=company').id
  const jan = create(hub, 'jan', '--role', 'coordinator', '--organization', hive)
  assert.equal(jan.role, 'guest')
  assert.deepEqual(jan.organizations.map((o) => [o.id, o.role]), [[hive, 'coordinator']])
  assert.equal(hub.json('admin', 'set-role', 'jan', 'adjudicator').account.role, 'adjudicator')
  assert.equal(hub.json('admin', 'set-role', 'jan', 'owner', '--organization', hive).account.organizations[0].role, 'owner')
  assert.equal(hub.error(1, 'admin', 'set-role', 'jan', 'adjudicator', '--organization', hive).code, 'invalid')
  assert.deepEqual(hub.json('admin', 'set-role', 'jan', 'none', '--organization', hive).account.organizations, [])
  assert.equal(hub.json('admin', 'set-role', 'jan', 'none').account.role, '')
  hub.import('polder', hub.file('r.json', [incident('an-incident')]))
  assert.equal(hub.error(1, 'admin', 'set-role', 'jan', 'owner', '--organization', 'an-incident').code, 'invalid')
})

test('a token is shown once and kept as its digest', (t) => {
  const hub = makeHub(t)
  create(hub, 'bea', '--role', 'owner')
  const token = hub.json('admin', 'token', 'bea', '--name', 'nightly build', '--scope', 'read,write', '--days', '30')
  assert.match(token.token, /^pldr_[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(token.scopes, ['read', 'write'])
  const days = (Date.parse(token.expires) - Date.now()) / 86_400_000
  assert.ok(days > 29.9 && days <= 30)
  assert.ok(!folderBytes(hub).includes(token.token.slice(5)))
  assert.match(hub.text('admin', 'token', 'bea', '--name', 'other'), /not shown again:\n\n    pldr_\S{43}\n/)
})

test('the audit log tells what was done, newest first, and no secret', (t) => {
  const hub = makeHub(t)
  create(hub, 'bea', '--role', 'owner')
  create(hub, 'jan')
  const token = hub.json('admin', 'token', 'jan', '--name', 'build').token
  withInput(hub, 'windmills in the mist', 'admin', 'set-password', 'jan')
  const {lines} = hub.json('admin', 'audit', 'jan')
  assert.deepEqual(lines.map((l) => l.action), ['account.password', 'token.create', 'member.set', 'account.create'])
  assert.ok(lines.every((l) => l.actor === 'operator' && l.address === '' && l.at && l.seq))
  assert.deepEqual(lines[1].detail.scopes, ['read'])
  assert.equal(hub.json('admin', 'audit').lines.length, 6)
  assert.equal(hub.json('admin', 'audit', '--limit', '2').lines.length, 2)
  const words = hub.text('admin', 'audit')
  assert.match(words, /token\.create +operator → jan/)
  for (const secret of [token, password, 'windmills in the mist']) assert.ok(!words.includes(secret))
})

test('a restored hub lets people sign in, and its backup holds no key', (t) => {
  const hub = makeHub(t)
  create(hub, 'bea', '--role', 'owner')
  assert.equal(statSync(join(hub.dir, 'secret.key')).mode & 0o777, 0o600)
  assert.equal(statSync(join(hub.dir, 'secret.key')).size, 32)
  const copy = join(hub.folder, 'copy')
  hub.text('backup', copy)
  assert.ok(!existsSync(join(copy, 'secret.key')))
  const again = new Hub(hub.folder, 'again')
  assert.equal(run(['restore', copy, again.dir]).status, 0)
  assert.deepEqual(again.json('admin', 'users'), hub.json('admin', 'users'))
  assert.equal(again.json('admin', 'edit-user', 'bea', '--reset-totp').account.second_factor, false)
})

// ---- mail ----

// Takes mail as RFC 5321 has it; what it is told stands in .messages. refuse: how many are refused for now, first.
async function mailServer(t, {refuse = 0} = {}) {
  const messages = []
  const server = net.createServer((socket) => {
    let rest = '', data = false, current = {}
    socket.on('error', () => {})
    const say = (line) => socket.write(`${line}\r\n`)
    say('220 test.example.org ESMTP')
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1')
      for (let end; (end = rest.indexOf(data ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + (data ? 5 : 2))
        if (data) {
          messages.push({...current, text: line.replace(/\r\n\.\./g, '\r\n.')})
          data = false
          say('250 taken')
        } else if (/^(EHLO|HELO)/i.test(line)) say('250 test.example.org')
        else if (/^MAIL FROM:/i.test(line)) {
          current = {from: line.slice(10)}
          if (refuse > 0) {
            refuse--
            say('451 not now')
          } else say('250 ok')
        } else if (/^RCPT TO:/i.test(line)) {
          current.to = line.slice(8)
          say('250 ok')
        } else if (/^DATA/i.test(line)) {
          data = true
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  return {port: server.address().port, messages}
}

// The text of a message: quoted-printable undone.
function decoded(message) {
  const body = message.slice(message.indexOf('\r\n\r\n') + 4).replace(/=\r\n/g, '')
  return Buffer.from(body.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8')
}

function serve(t, hub) {
  const server = start(['serve', '--hub', hub.dir, '--listen', '127.0.0.1:0'])
  t.after(async () => {
    server.child.kill('SIGTERM')
    await server.ended
  })
  return server
}

async function until(check, words, milliseconds = 20_000) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await pause(50)) if (check()) return
  throw new Error(`not within ${milliseconds} ms: ${words}`)
}

const configure = (hub, port) =>
  writeFileSync(join(hub.dir, 'polder.conf'),
    `[hub]\nname = Dijkwacht één\nprefix = TST\nurl = https://hub.example.org\n[mail]\nserver = smtp://127.0.0.1:${port}\nfrom = Dijkwacht één <hub@example.org>\n`)

test('an invitation is mailed by the server, in a form that every program reads', async (t) => {
  const hub = makeHub(t), smtp = await mailServer(t)
  configure(hub, smtp.port)
  const {code} = hub.json('admin', 'invite', 'jan@example.org', '--role', 'member')
  assert.equal(hub.sql('SELECT count(*) AS n FROM mail')[0].n, 1)
  assert.ok(!folderBytes(hub).includes(code), 'the queue shows no code')
  serve(t, hub)
  await until(() => smtp.messages.length === 1, 'a message')
  const [{from, to, text}] = smtp.messages
  assert.match(from, /^<hub@example\.org>/)
  assert.equal(to, '<jan@example.org>')
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  assert.match(head, /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000\r\n/)
  assert.match(head, /\r\nFrom: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=\r\n <hub@example\.org>\r\n/)
  assert.match(head, /\r\nTo: <jan@example\.org>\r\n/)
  assert.match(head, /\r\nMessage-ID: <[0-9a-f]{32}@example\.org>\r\n/)
  assert.match(head, /\r\nSubject: =\?UTF-8\?B\?/)
  const subject = head.match(/\r\nSubject: ((?:.|\r\n )+)/)[1].replace(/=\?UTF-8\?B\?([^?]*)\?=\s*/g, (_, b) => Buffer.from(b, 'base64').toString('utf8'))
  assert.match(subject, /^Invitation to Dijkwacht één/)
  assert.match(decoded(text), new RegExp(`https://hub\\.example\\.org/invitation/${code}\\r\\n`))
  assert.ok([...text].every((c) => c.charCodeAt(0) < 127))
  assert.ok(text.split('\r\n').every((line) => line.length <= 78 && !line.includes('\n')))
  await until(() => hub.sql('SELECT count(*) AS n FROM mail')[0].n === 0, 'an empty queue')
})

test('mail that is refused for now waits and is tried again', async (t) => {
  const hub = makeHub(t), smtp = await mailServer(t, {refuse: 1})
  configure(hub, smtp.port)
  hub.json('admin', 'invite', 'jan@example.org')
  const server = serve(t, hub)
  await until(() => hub.sql('SELECT attempts FROM mail')[0]?.attempts === 1, 'a failed attempt')
  const [row] = hub.sql('SELECT due - created AS wait, problem FROM mail')
  assert.ok(row.wait >= 60e6 && row.wait < 90e6, `${row.wait}`)
  assert.match(row.problem, /451|MAIL/)
  await until(() => /could not be sent/.test(server.stderr), 'a line in the log')
  assert.equal(smtp.messages.length, 0)
  hub.sql('UPDATE mail SET due = 0')
  await until(() => smtp.messages.length === 1, 'the second attempt')
  await until(() => hub.sql('SELECT count(*) AS n FROM mail')[0].n === 0, 'an empty queue')
})

test('a hub that sends no mail keeps none', (t) => {
  const hub = makeHub(t)
  hub.json('admin', 'invite', 'jan@example.org')
  assert.equal(hub.sql('SELECT count(*) AS n FROM mail')[0].n, 0)
})

test('settings of mail that mean nothing are named', (t) => {
  const hub = makeHub(t), conf = join(hub.dir, 'polder.conf'), good = readFileSync(conf, 'utf8')
  for (const [lines, words] of [
    ['server = http://x\nfrom = a@b', /smtp:\/\//],
    ['server = smtp://x', /from/],
    ['nonsense = 1', /\[mail\] nonsense/],
  ]) {
    writeFileSync(conf, `${good}\n[mail]\n${lines}\n`)
    assert.match(hub.error(1, 'admin', 'users').message, words)
  }
})

// ---- polder-net ----

const fetchBy = (request) => {
  const r = spawnSync(join(build, 'polder-net'), {input: typeof request === 'string' ? request : JSON.stringify(request), encoding: 'utf8', timeout: 30_000})
  assert.equal(r.status, 0, r.stderr)
  assert.doesNotMatch(r.stderr, /Sanitizer|runtime error/)
  return JSON.parse(r.stdout)
}

// In a process of its own, since spawnSync blocks this one.
function webServer(t, source) {
  const folder = mkdtempSync(join(tmpdir(), 'polder-web-'))
  const script = join(folder, 'server.mjs'), at = join(folder, 'port')
  writeFileSync(script, `import http from 'node:http'; import {writeFileSync, renameSync} from 'node:fs'
    const server = http.createServer((request, response) => { ${source} })
    server.listen(0, '127.0.0.1', () => { writeFileSync(${JSON.stringify(`${at}.new`)}, String(server.address().port)); renameSync(${JSON.stringify(`${at}.new`)}, ${JSON.stringify(at)}) })`)
  const child = spawn(process.execPath, [script], {stdio: 'ignore'})
  t.after(() => {
    child.kill()
    rmSync(folder, {recursive: true, force: true})
  })
  return until(() => existsSync(at), 'a web server').then(() => `http://127.0.0.1:${readFileSync(at, 'utf8')}`)
}

test('what is fetched comes with status, headers and body', async (t) => {
  const url = await webServer(t, `let body = ''; request.on('data', (b) => body += b).on('end', () => { response.setHeader('X-Test', 'Ja'); response.statusCode = request.url === '/gone' ? 410 : 200; response.end(JSON.stringify({method: request.method, path: request.url, body, accept: request.headers.accept ?? ''})) })`)
  const got = fetchBy({fetch: {url: `${url}/a?b=c`, allow_http: true, headers: {Accept: 'application/json'}}})
  assert.equal(got.status, 200)
  assert.equal(got.headers['x-test'], 'Ja')
  assert.deepEqual(JSON.parse(got.body), {method: 'GET', path: '/a?b=c', body: '', accept: 'application/json'})
  assert.equal(JSON.parse(fetchBy({fetch: {url, allow_http: true, method: 'POST', body: 'grant=één'}}).body).body, 'grant=één')
  assert.equal(fetchBy({fetch: {url: `${url}/gone`, allow_http: true}}).status, 410)
})

test('nothing is fetched by another way than was allowed', async (t) => {
  const url = await webServer(t, `
    if (request.url === '/large') { response.write('x'.repeat(1 << 20)); response.end('y') }
    else if (request.url === '/away') { response.writeHead(302, {location: 'http://localhost:1/'}); response.end() }
    else if (request.url === '/file') { response.writeHead(302, {location: 'file:///etc/passwd'}); response.end() }
    else if (request.url === '/loop') { response.writeHead(302, {location: '/loop'}); response.end() }
    else if (request.url === '/here') { response.writeHead(302, {location: '/there'}); response.end() }
    else if (request.url === '/bytes') { response.end(Buffer.from([255, 254])) }
    else response.end('arrived')`)
  const refused = (fetch, words) => assert.match(fetchBy({fetch}).error.message, words, JSON.stringify(fetch))
  refused({url}, /only https/)
  refused({url: 'http://example.org/', allow_http: true}, /only https/)
  refused({url: 'http://127.0.0.1.example.org/', allow_http: true}, /only https/)
  refused({url: 'http://127.0.0.1@example.org/', allow_http: true}, /only https/)
  refused({url: 'file:///etc/passwd', allow_http: true}, /only https/)
  refused({url: '', allow_http: true}, /only https/)
  refused({url, allow_http: true, method: 'DELETE'}, /GET and POST/)
  refused({url, allow_http: true, headers: {'X-A': 'b\r\nX-C: d'}}, /header/)
  refused({url, allow_http: true, headers: {'X A': 'b'}}, /header/)
  refused({url: `${url}/large`, allow_http: true}, /larger than 1 MB/)
  refused({url: `${url}/away`, allow_http: true}, /another place/)
  refused({url: `${url}/file`, allow_http: true}, /another place/)
  refused({url: `${url}/loop`, allow_http: true}, /another place/)
  refused({url: `${url}/bytes`, allow_http: true}, /not UTF-8/)
  assert.equal(fetchBy({fetch: {url: `${url}/here`, allow_http: true}}).body, 'arrived')
  for (const nonsense of ['', 'x', '[]', '{}', '{"mail": 1}', '{"fetch": []}', `${'['.repeat(100)}`]) assert.ok(fetchBy(nonsense).error.message)
  for (const mail of [{server: 'http://x', from: 'a@b', to: 'c@d', message: 'x'}, {server: 'smtp://127.0.0.1:1', from: 'a@b>\r\nRCPT TO:<x@y', to: 'c@d', message: 'x'}])
    assert.ok(fetchBy({mail}).error.message)
})
