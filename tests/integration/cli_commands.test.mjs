// Each command: what it does, what it says, in words and in JSON, and its exit status.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {appendFileSync, copyFileSync, mkdirSync, existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {after, before, test} from 'node:test'
import {freePort} from './hub.mjs'
import {flaw} from './operations.mjs'
import {Hub, build, data, incident, makeFolder, makeHub, onTerminal, pause, polder, run, start, starter} from './cli.mjs'

const escape = '\u001b'
let filled
const cleanUps = []
before(() => {
  filled = makeHub({after: (fn) => cleanUps.push(fn)})
  filled.text('import', 'polder', starter)
})
after(() => cleanUps.forEach((fn) => fn()))

const commandNames = () => [...run(['help']).stdout.split('\nCommands\n')[1].split('\n\n')[0].matchAll(/^  ([a-z]+(?: [a-z-]+)?)  /gm)].map((m) => m[1])

test('without a command it says what there is and fails, with help it succeeds', () => {
  for (const [args, status] of [[[], 2], [['--help'], 0], [['-h'], 0], [['help'], 0]]) {
    const r = run(args)
    assert.equal(r.status, status)
    assert.match(r.stdout, /polder COMMAND[\s\S]*search[\s\S]*Exit status/)
  }
  assert.ok(commandNames().length >= 20)
})

test('each command has help with an example', () => {
  for (const name of commandNames()) {
    for (const args of [['help', ...name.split(' ')], [...name.split(' '), '--help']]) {
      const r = run(args)
      assert.equal(r.status, 0, name)
      assert.match(r.stdout, new RegExp(`^polder ${name}( \\S.*)?\n`))
      assert.match(r.stdout, /\nExample\n  polder /)
      for (const line of r.stdout.split('\nExample\n')[0].split('\n')) assert.ok(line.length < 160, line)
    }
  }
  assert.match(run(['help', 'admin']).stdout, /admin check[\s\S]*admin rebuild/)
  assert.equal(run(['help', 'nonsense']).status, 2)
})

test('every example of the help runs as it stands', async (t) => {
  const folder = makeFolder(t)
  symlinkSync(starter, join(folder, 'starter'))
  symlinkSync(join(data, 'avid'), join(folder, 'avid-db'))
  writeFileSync(join(folder, 'README.md'), 'to be attached')
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model', 'config.json'), '{"model_type": "llama"}')
  writeFileSync(join(folder, 'model', 'README.md'), '---\nlicense: mit\n---\n# Uses\nIt is intended for tests, and should not be used for anything else.\n')
  const keys = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  writeFileSync(join(folder, 'signing-key.pem'), keys.privateKey.export({type: 'pkcs8', format: 'pem'}))
  writeFileSync(join(folder, 'signing-key-pub.pem'), keys.publicKey.export({type: 'spki', format: 'pem'}))
  writeFileSync(join(folder, 'report.json'), JSON.stringify(flaw('anonymous').body))
  writeFileSync(join(folder, 'security.txt'), 'Contact: mailto:security@example.com\nExpires: 2999-01-01T00:00:00Z\n')
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', 'fuzz', 'corpus', 'hubs_file', 'two'), join(folder, 'polder-hubs'))
  for (const name of ['grant.json', 'polder.json']) copyFileSync(join(dirname(fileURLToPath(import.meta.url)), 'grant', name), join(folder, name))
  /* Records that the examples speak of, made when one of them is first named. */
  const stand = {}
  let followed
  const plan = (stages) => JSON.stringify({title: 'Tulip', version: '1', summary: 'In stages.', artifacts: [{name: 'model', sha256: 'a'.repeat(64)}], stages, access: {mode: 'manual'}})
  writeFileSync(join(folder, 'plan.json'), plan([{name: 'internal', who: 'named'}, {name: 'public', who: 'everybody', gates: [{name: 'scan'}], signoffs: [{name: 'safety', role: 'owner'}]}]))
  writeFileSync(join(folder, 'gated.json'), plan([{name: 'gated', who: 'gated'}]))
  writeFileSync(join(folder, 'scan.json'), JSON.stringify({files: [{path: 'model', verdict: 'PASS', sha256: 'a'.repeat(64)}]}))
  const made = (line) => line.replace(/R-(RELE|GATE|REQU)-\d{4}/g, (name) => stand[name]).replace(/R-(REPT|CASE|ORGA)-\d{4}/g, (name, sort) => {
    const hub = ['--hub', join(folder, 'myhub')], [kind, ...set] = {CASE: ['case', `title=${name}`], REPT: ['report', `title=${name}`, 'description=It names a person.'], ORGA: ['organization', `name=${name}`, 'type=company']}[sort]
    if (stand[name]) return stand[name]
    stand[name] = JSON.parse(run(['new', kind, ...set.flatMap((one) => ['--set', one]), '--json', ...hub]).stdout).uid
    if (sort === 'ORGA') run(['move', stand[name], 'publish', ...hub])
    return stand[name]
  })
  /* A release, one that people can ask for, and those who did: over the API, since nobody asks but a person. */
  async function standReleases() {
    const at = ['--hub', join(folder, 'myhub')], json = (...args) => JSON.parse(run([...args, '--json', ...at]).stdout)
    stand['R-RELE-0001'] = json('new', 'release', '--file', join(folder, 'plan.json')).uid
    const gated = stand['R-GATE-0001'] = json('new', 'release', '--file', join(folder, 'gated.json')).uid
    for (const id of [stand['R-RELE-0001'], gated]) assert.equal(run(['move', id, 'publish', ...at]).status, 0)
    assert.equal(run(['release', 'decide', gated, 'proceed', '--reason', 'It may begin', ...at]).status, 0)
    const served = start(['serve', ...at, '--listen', '127.0.0.1:0'])
    await new Promise((done) => served.child.stdout.once('data', done))
    for (const n of [1, 2]) {
      assert.equal(run(['admin', 'create-user', `asks${n}`, '--email', `asks${n}@example.org`, '--role', 'guest', ...at], {input: 'correct horse battery\n'}).status, 0)
      const {token} = json('admin', 'token', `asks${n}`, '--name', 'of the test', '--scope', 'write')
      const answer = await fetch(`${served.stdout.match(/http:\/\/[\d.:]+/)[0]}/api/v1/releases/${gated}/requests`, {method: 'POST', body: '{}',
        headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'}})
      stand[`R-REQU-000${n}`] = (await answer.json()).uid
    }
    served.child.kill('SIGTERM')
  }
  for (const name of commandNames()) {
    if (name.startsWith('release ') && !stand['R-RELE-0001']) await standReleases()
    const examples = run(['help', ...name.split(' ')]).stdout.split('\nExample\n')[1].split('\n\n')[0].trim().split('\n').map((line) => line.trim())
    for (const example of examples) {
      const command = made(example).replaceAll('/tmp/', `${folder}/`).replace(/:842[01]/, ':0')
      const env = {...process.env, PATH: `${build}:${process.env.PATH}`}
      /* What asks a hub elsewhere asks this one. */
      let served, there = 'https://hub.example.org'
      if (['serve', 'mirror'].includes(name)) {
        served = start(['serve', '--hub', 'myhub', '--listen', '127.0.0.1:0'], {cwd: folder, env})
        await new Promise((done) => served.child.stdout.once('data', done))
        if (name === 'mirror') assert.equal(run(['log', 'run', '--hub', join(folder, 'myhub')]).status, 0)
        there = served.stdout.match(/http:\/\/[\d.:]+/)?.[0] ?? there
      }
      if (name === 'follow') {
        const port = await freePort(), other = join(folder, 'otherhub')
        rmSync(other, {recursive: true, force: true})
        assert.equal(run(['init', other]).status, 0)
        appendFileSync(join(other, 'polder.conf'), `[hub]\nurl = http://127.0.0.1:${port}\n`)
        assert.equal(run(['import', 'polder', join(starter, 'lessons'), '--hub', other]).status, 0)
        assert.equal(run(['log', 'run', '--hub', other]).status, 0)
        served = start(['serve', '--hub', other, '--listen', `127.0.0.1:${port}`], {cwd: folder, env})
        await new Promise((done) => served.child.stdout.once('data', done))
        there = `http://127.0.0.1:${port}`
        followed ??= `127.0.0.1:${port}`
      }
      if (name === 'witness serve') {
        served = start(command.split(' ').slice(1), {cwd: folder, env})
        await new Promise((done) => served.child.stdout.once('data', done))
      }
      const r = name.endsWith('serve') ? {status: 0} : spawnSync('sh', ['-c', command.replace('https://hub.example.org', there).replace('hub.example.org', followed && name.startsWith('follow') ? followed : 'hub.example.org')], {cwd: folder, env, encoding: 'utf8', input: ''})
      assert.equal(r.status, 0, `${command}\n${r.stdout}${r.stderr}`)
      served?.child.kill('SIGTERM')
      if (served) assert.equal((await served.ended).status, 0)
    }
  }
})

test('what begins the line and is no command is told what is missing', () => {
  assert.match(run(['admin']).stderr, /`admin check`, `admin holidays`, `admin keys`, `admin rebuild`/)
  assert.match(run(['--hub', 'x', 'list']).stderr, /the command comes first: polder COMMAND --hub/)
  assert.match(run(['webhook', 'list']).stderr, /no command "webhook"; there is `admin webhooks`/)
  assert.match(run(['case', '--help']).stdout, /polder case open[^]*polder case join/)
  for (const args of [['admin'], ['--hub', 'x', 'list'], ['version', 'more']]) assert.equal(run(args).status, 2, args.join(' '))
})

test('a filter that could find nothing is refused, not passed over in silence', () => {
  assert.match(filled.error(2, 'list', '--year', '2023').message, /--year narrows what is public: say --as public/)
  assert.match(filled.error(2, 'list', '--facet', 'harm=privacy').message, /--facet narrows/)
  assert.ok(filled.json('list', '--year', '2023', '--as', 'public').items.length > 0)
  assert.match(filled.error(1, 'search', 'voice', '--kind', 'nonsense').message, /there is no kind "nonsense"/)
  assert.match(filled.text('list', '--kind', 'case'), /^There are none\.$/m)
})

test('the schema of a kind is printed as it is', () => {
  assert.deepEqual(JSON.parse(filled.text('kinds', 'lesson', '--schema')), filled.json('kinds', 'lesson').schema)
  filled.error(2, 'kinds', '--schema')
})

test('the manual page and the completion are made from the same tables', () => {
  const man = run(['help', '--man'])
  assert.equal(man.status, 0)
  assert.match(man.stdout, /^\.TH POLDER 1/)
  const completion = run(['help', '--completion']).stdout
  for (const name of commandNames()) {
    assert.ok(man.stdout.includes(`.SS "${name.replaceAll('-', '\\-')}`), name)
    assert.ok(completion.includes(name.split(' ')[0]), name)
  }
  const bash = spawnSync('bash', ['-n'], {input: completion, encoding: 'utf8'})
  assert.equal(bash.status, 0, bash.stderr)
  const words = spawnSync('bash', ['-c', `${completion}\nCOMP_WORDS=(polder im); COMP_CWORD=1; _polder; echo "\${COMPREPLY[@]}"`], {encoding: 'utf8'})
  assert.equal(words.stdout.trim(), 'import')
})

test('the version is told at once, in words and in JSON', () => {
  for (const word of ['version', '--version']) assert.match(run([word]).stdout, /^polder \d+\.\d+\.\d+\n$/)
  assert.match(JSON.parse(run(['version', '--json']).stdout).version, /^\d+\.\d+\.\d+$/)
})

test('a command line that means nothing is refused with status 2 and says why', () => {
  const hub = filled
  for (const [args, words] of [
    [['nonsense'], /no command "nonsense"/],
    [['search'], /missing/],
    [['search', 'x', '--nonsense'], /no option --nonsense/],
    [['search', 'x', '--kind'], /--kind wants KIND/],
    [['search', 'x', '--limit', 'many'], /--limit: expected a whole number/],
    [['search', 'x', '--limit', '0'], /1 to 100/],
    [['search', 'x', '--limit', '101'], /1 to 100/],
    [['search', 'x', '--limit', '1', '--limit', '2'], /given twice/],
    [['search', 'x', '--facet', 'nonsense'], /NAME=VALUE/],
    [['list', '--json=yes'], /takes no value/],
    [['list', '--as', 'king'], /no role "king"/],
    [['list', 'extra'], /too much/],
    [['show'], /missing/],
    [['show', 'a', 'b'], /too much/],
    [['show', '-x'], /no option -x/],
    [['new', 'incident', '--set', 'nonsense'], /NAME=TEXT/],
    [['comment', 'CUE-0001', 'x', '--for', 'everyone'], /no audience "everyone"/],
    [['import', 'nonsense', '.'], /no format "nonsense"; there are .*avid/],
    [['import', 'avid'], /missing/],
    [['import', 'avid', '.', '--threads', '0'], /1 to 64/],
    [['export', 'osv', '--all'], /--out/],
    [['export', 'osv', '--out', 'x'], /--all/],
    [['export', 'osv', 'CUE-0001', '--all', '--out', 'x'], /--all/],
    [['edit', 'CUE-0001', '--revision', '-1'], /--revision/],
  ]) {
    const env = {POLDER_HUB: hub.dir}
    const r = run(args, {env})
    assert.equal(r.status, 2, `${args.join(' ')}: ${r.stdout}${r.stderr}`)
    assert.match(r.stderr, words, args.join(' '))
    assert.equal(r.stdout, '')
    const j = run([args[0], '--json', ...args.slice(1)], {env})
    assert.equal(j.status, 2)
    if (args[1] !== '--json=yes') assert.equal(JSON.parse(j.stdout).error.code, 'usage', args.join(' '))
  }
})

test('the hub is named by an option, by the environment, or is where one stands', (t) => {
  const nowhere = makeFolder(t)
  assert.equal(run(['kinds'], {cwd: filled.dir}).status, 0)
  assert.equal(run(['kinds'], {env: {POLDER_HUB: filled.dir}}).status, 0)
  const none = run(['kinds'], {cwd: nowhere})
  assert.equal(none.status, 1)
  assert.match(none.stderr, /polder init/)
  assert.equal(run(['kinds', '--hub', join(nowhere, 'x')]).status, 1)
  assert.equal(run(['kinds', `--hub=${filled.dir}`]).status, 0)
})

test('init makes a hub and says what comes next', (t) => {
  const folder = makeFolder(t)
  const dir = join(folder, 'a/b')
  assert.match(run(['init', dir]).stdout, /polder import polder starter\/[\s\S]*polder serve/)
  assert.deepEqual(readdirSync(dir).sort(), ['files', 'hub.db', 'kinds', 'polder.conf', 'secret.key', 'tables'])
  assert.equal(JSON.parse(run(['init', join(folder, 'c'), '--json']).stdout).hub, join(folder, 'c'))
  const again = run(['init', dir, '--json'])
  assert.equal(again.status, 1)
  assert.equal(JSON.parse(again.stdout).error.code, 'exists')
  assert.equal(run(['init', join(folder, 'd'), '--prefix', 'bad prefix']).status, 1)
  assert.equal(run(['init', '']).status, 1)
  assert.ok(!existsSync(join(folder, 'd')))
})

test('search answers with total, items and facets', () => {
  const r = filled.json('search', 'deepfake', '--limit', '3')
  assert.ok(r.total >= 3)
  assert.equal(r.items.length, 3)
  for (const item of r.items) {
    for (const name of ['id', 'uid', 'kind', 'state', 'title', 'url', 'snippet']) assert.equal(typeof item[name], 'string', name)
    assert.match(item.uid, /^R-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    for (const [at, length] of item.highlights) assert.match([...item.snippet].slice(at, at + length).join(''), /deepfake/i)
  }
  assert.ok(r.facets.kind.values.every((v) => v.count > 0 && v.label))
  assert.equal(r.facets.kind.values.reduce((sum, v) => sum + v.count, 0), r.total)
  const narrowed = filled.json('search', 'deepfake', '--kind', 'incident', '--limit', '100')
  assert.equal(narrowed.total, r.facets.kind.values.find((v) => v.value === 'incident').count)
  assert.ok(narrowed.items.every((item) => item.kind === 'incident'))
  assert.deepEqual(filled.json('search', 'deepfake', 'kind:incident', '--limit', '100').items, narrowed.items)
  assert.equal(filled.json('search', 'zzzznothing').total, 0)
  assert.match(filled.text('search', 'zzzznothing'), /Nothing was found/)
  const second = filled.json('search', 'deepfake', '--limit', '3', '--offset', '3')
  assert.ok(!second.items.some((item) => r.items.some((other) => other.uid === item.uid)))
  assert.equal(filled.error(1, 'search', '!!').code, 'invalid')
})

test('show gives the body and what is linked', () => {
  const r = filled.json('show', 'cue-0001')
  assert.equal(r.id, 'CUE-0001')
  assert.equal(r.kind, 'use')
  assert.equal(r.public, true)
  assert.equal(typeof r.body, 'object')
  assert.equal(typeof r.etag, 'string')
  assert.ok(r.links.every((g) => ['in', 'out'].includes(g.direction) && g.items.length <= g.total))
  const text = filled.text('show', 'CUE-0001')
  assert.ok(text.startsWith(`${r.title}\n`))
  assert.deepEqual(filled.json('show', r.uid).body, r.body)
  const missing = filled.error(1, 'show', 'CUE-9999')
  assert.equal(missing.code, 'not-found')
  assert.match(missing.message, /CUE-9999/)
})

test('list leads over everything by its cursors', () => {
  const seen = new Set()
  for (let cursor; ;) {
    const page = filled.json('list', '--as', 'public', '--limit', '50', ...(cursor ? ['--cursor', cursor] : []))
    for (const item of page.items) {
      assert.ok(!seen.has(item.uid), item.uid)
      seen.add(item.uid)
    }
    assert.equal(page.total, 292)
    cursor = page.next
    if (!cursor) break
  }
  assert.equal(seen.size, 292)
  assert.equal(filled.error(1, 'list', '--cursor', 'nonsense').code, 'invalid')
  assert.equal(filled.json('list', '--kind', 'use', '--as', 'public', '--limit', '1').total, filled.json('kinds').find((k) => k.kind === 'use').count)
  assert.equal(filled.error(1, 'list', '--kind', 'nonsense').code, 'not-found')
})

test('kinds are listed with their counts, and one is described by its file', () => {
  const kinds = filled.json('kinds')
  assert.ok(kinds.length >= 10)
  for (const k of kinds) {
    assert.ok(k.kind && k.title && k.plural && k.path && k.description && k.states.length && Number.isInteger(k.count))
    assert.equal(filled.json('kinds', k.kind).kind, k.kind)
    assert.equal(filled.json('kinds', k.kind, '--schema').type, 'object')
    assert.match(filled.text('kinds', k.kind), /\nFields\n[\s\S]*\nMoves\n[\s\S]*\nLinks\n/)
  }
  assert.equal(filled.error(1, 'kinds', 'nonsense').code, 'not-found')
})

test('a record is made, revised, moved, linked, commented, given files, and tells its history', (t) => {
  const hub = makeHub(t)
  const made = hub.json('new', 'organization', '--set', 'name=Example Lab', '--set', 'type=company')
  assert.deepEqual({...made, uid: 0, id: 0}, {id: 0, uid: 0, state: 'draft', revision: 1, changed: true})
  assert.equal(made.id, made.uid)
  const id = made.id
  assert.equal(hub.error(1, 'show', id, '--as', 'public').code, 'not-found')
  assert.equal(hub.json('edit', id, '--set', 'tags:=["a","b"]', '--note', 'for the test').revision, 2)
  assert.equal(hub.json('edit', id, '--set', 'tags:=["a","b"]').changed, false)
  assert.deepEqual(hub.json('show', id).body.tags, ['a', 'b'])
  assert.equal(hub.json('edit', id, '--set', 'tags=').revision, 3)
  assert.equal(hub.json('show', id).body.tags, undefined)
  assert.equal(hub.error(1, 'edit', id, '--set', 'name=X', '--revision', '1').code, 'conflict')
  const wrong = hub.error(1, 'edit', id, '--set', 'type=nonsense')
  assert.equal(wrong.code, 'invalid')
  assert.equal(wrong.where, '/type')
  assert.equal(hub.json('move', id, 'publish').state, 'published')
  assert.equal(hub.json('show', id, '--as', 'public').body.name, 'Example Lab')
  assert.equal(hub.error(1, 'move', id, 'publish').code, 'conflict')
  assert.equal(hub.error(1, 'move', id, 'nonsense').code, 'invalid')
  assert.equal(hub.error(1, 'move', id, 'publish', '--as', 'member').code, 'conflict')
  assert.equal(hub.error(1, 'edit', id, '--set', 'name=Y', '--as', 'member').code, 'forbidden')
  const other = hub.json('new', 'system', '--set', 'name=Example model', '--set', 'type=model').id
  assert.equal(hub.json('link', other, 'developed-by', id).changed, true)
  assert.equal(hub.json('link', other, 'developed-by', id).changed, false)
  assert.equal(hub.json('show', other).links[0].items[0].uid, made.uid)
  assert.equal(hub.error(1, 'link', other, 'nonsense', id).code, 'invalid')
  assert.equal(hub.json('unlink', other, 'developed-by', id).changed, true)
  assert.equal(hub.error(1, 'unlink', other, 'developed-by', id).code, 'not-found')
  hub.json('comment', id, 'seen by all', '--for', 'public')
  hub.json('comment', id, 'among ourselves')
  hub.json('attach', id, hub.file('note.txt', 'abc'), '--for', 'public')
  assert.deepEqual(hub.json('show', id, '--as', 'public').files.map((f) => [f.name, f.media_type, f.size]), [['note.txt', 'text/plain', 3]])
  assert.equal(hub.error(1, 'attach', id, join(hub.folder, 'missing')).code, 'not-found')
  const types = (viewer) => hub.json('history', id, ...viewer).map((e) => e.type)
  assert.deepEqual(types(['--as', 'public']), ['published', 'commented', 'attached'])
  assert.deepEqual(types([]), ['created', 'revised', 'revised', 'moved', 'commented', 'commented', 'attached'])
  assert.match(hub.text('history', id), /for the test/)
  assert.equal(hub.check(), 2)
})

test('a body comes from a file, from standard input, and from both with changes', (t) => {
  const hub = makeHub(t)
  const body = {name: 'From a file', type: 'company'}
  assert.equal(hub.json('show', hub.json('new', 'organization', '--file', hub.file('o.json', body)).id).title, 'From a file')
  const piped = run(['new', 'organization', '--json', '--hub', hub.dir], {input: JSON.stringify({...body, name: 'Piped'})})
  assert.equal(hub.json('show', JSON.parse(piped.stdout).id).title, 'Piped')
  assert.equal(hub.json('show', hub.json('new', 'organization', '--file', join(hub.folder, 'o.json'), '--set', 'name=Changed').id).title, 'Changed')
  for (const [text, words] of [['', /ends too early|empty/], ['{', /line 1/], ['[]', /object/], ['{"name": "a", "name": "b"}', /name/], ['\xff', /UTF-8|invalid|line 1/]]) {
    const r = run(['new', 'organization', '--hub', hub.dir], {input: Buffer.from(text, 'latin1')})
    assert.equal(r.status, 1, text)
    assert.match(r.stderr, words, text)
  }
  assert.equal(hub.error(1, 'new', 'nonsense', '--set', 'a=b').code, 'not-found')
  assert.equal(hub.error(1, 'new', 'organization', '--set', 'name:={').code, 'invalid')
  assert.equal(hub.error(1, 'new', 'organization', '--set', 'name=x', '--visibility', '{"/name": "public"}').code, 'invalid')
  assert.equal(hub.sql('SELECT count(*) AS n FROM record')[0].n, 3)
})

test('an editor is opened on a terminal, and what was typed is kept when it is refused', (t) => {
  const hub = makeHub(t)
  const editor = (script) => ({EDITOR: hub.file('editor.sh', `#!/bin/sh\n${script}\n`), POLDER_HUB: hub.dir})
  const open = (script, ...args) => {
    const env = editor(script)
    spawnSync('chmod', ['+x', env.EDITOR])
    return onTerminal(args, env)
  }
  const good = open(`echo '{"name": "Typed", "type": "company"}' > "$1"`, 'new', 'organization')
  assert.equal(good.status, 0, good.stdout)
  assert.equal(hub.json('list').items[0].title, 'Typed')
  const unchanged = open('true', 'edit', hub.json('list').items[0].id)
  assert.equal(unchanged.status, 3)
  assert.match(unchanged.stdout, /nothing was changed/)
  const refused = open(`echo '{"name": "Long work", "type": "nonsense"}' > "$1"`, 'new', 'organization')
  assert.equal(refused.status, 1)
  const kept = refused.stdout.match(/kept in (\S+)/)[1]
  assert.match(readFileSync(kept, 'utf8'), /Long work/)
  spawnSync('rm', [kept])
  assert.equal(open('exit 1', 'new', 'organization').status, 3)
})

test('edits at the same time, of different fields, are all kept', async (t) => {
  const hub = makeHub(t)
  const id = hub.json('new', 'organization', '--set', 'name=Shared', '--set', 'type=company').id
  const fields = ['summary', 'description', 'website', 'country', 'notes']
  const values = {website: 'https://example.org/', country: 'NL'}
  const all = fields.map((name) => start(['edit', id, '--set', `${name}=${values[name] ?? 'text'}`, '--json', '--hub', hub.dir]).ended)
  const ended = await Promise.all(all)
  const body = hub.json('show', id).body
  ended.forEach((r, i) => {
    if (r.status === 0) assert.equal(body[fields[i]], values[fields[i]] ?? 'text', fields[i])
    else assert.equal(JSON.parse(r.stdout).error.code, 'invalid', r.stdout) // a field that this kind does not have
  })
  assert.ok(ended.filter((r) => r.status === 0).length >= 3)
})

test('what the public may not see is not shown to it by any command', (t) => {
  const hub = makeHub(t)
  const marker = 'zqmarker'
  const id = hub.json('new', 'organization', '--set', 'name=Example', '--set', 'type=company', '--set', `notes=${marker}`).id
  const hidden = hub.json('new', 'organization', '--set', `name=${marker}`, '--set', 'type=company').id
  hub.json('move', id, 'publish')
  hub.json('link', id, 'related-to', hidden)
  hub.json('comment', id, marker)
  hub.json('attach', id, hub.file(`${marker}.txt`, 'x'))
  const out = join(hub.folder, 'out')
  const given = [
    hub.run('show', id, '--as', 'public'), hub.run('show', id, '--as', 'public', '--json'), hub.run('history', id, '--as', 'public', '--json'), hub.run('list', '--as', 'public', '--json'),
    hub.run('search', 'example', '--json'), hub.run('export', 'polder', '--all', '--out', out),
  ]
  for (const r of given) assert.ok(!(r.stdout + r.stderr).includes(marker), r.stdout)
  for (const file of readdirSync(out)) assert.ok(!readFileSync(join(out, file), 'utf8').includes(marker))
  assert.equal(hub.json('search', marker).total, 0)
  assert.ok(hub.text('show', id).includes(marker))
})

test('no colour or other escape sequence goes anywhere but to a terminal', () => {
  for (const args of [['search', 'deepfake'], ['show', 'CUE-0001'], ['list'], ['kinds'], ['history', 'CUE-0001'], ['help'], ['nonsense'], ['show', 'nothing']]) {
    const r = filled.run(...args)
    assert.ok(!(r.stdout + r.stderr).includes(escape), args.join(' '))
  }
  const colours = onTerminal(['show', 'CUE-0001', '--hub', filled.dir])
  assert.ok(colours.stdout.includes(`${escape}[1m`))
  assert.ok(!onTerminal(['show', 'CUE-0001', '--hub', filled.dir], {NO_COLOR: '1'}).stdout.includes(escape))
})

test('nothing in a record can drive the terminal', (t) => {
  const hub = makeHub(t)
  const evil = `\u001b]0;owned\u0007 \u001b[2J \u009b31m \u0085 \u007f \u0008\u0008 \u0000 end`
  const file = hub.file('evil.json', [incident(`evil${escape}[31m`, {title: `Title ${evil}`, description: evil, summary: evil, tags: [evil.slice(0, 30)]})])
  const imported = hub.run('import', 'polder', file)
  const outputs = [imported]
  for (const item of hub.json('list').items)
    for (const args of [['show', item.uid], ['show', item.uid, '--json'], ['history', item.uid], ['history', item.uid, '--json'], ['list'], ['list', '--json'], ['search', 'end'], ['search', 'end', '--json']])
      outputs.push(hub.run(...args))
  outputs.push(hub.run('show', `${escape}[31mred`), hub.run('new', 'organization', '--set', `nonsense${escape}[2J=1`), hub.run(`${escape}[2J`), hub.run('import', 'polder', join(hub.folder, `${escape}x`)))
  for (const r of outputs)
    for (const text of [r.stdout, r.stderr]) assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text), JSON.stringify(text))
  const shown = hub.json('list').items[0]
  assert.ok(hub.json('show', shown.uid).body.description.includes('\u009b31m')) // told truly in JSON, as an escape
})

test('output that nobody reads to its end is no failure of the program', () => {
  const r = spawnSync('sh', ['-c', `"${polder}" list --limit 200 --hub "${filled.dir}" | head -1; exit 0`], {encoding: 'utf8'})
  assert.equal(r.status, 0)
  assert.ok(!/error|Broken/.test(r.stderr), r.stderr)
  const full = spawnSync('sh', ['-c', `"${polder}" list --limit 200 --hub "${filled.dir}" > /dev/full`], {encoding: 'utf8'})
  assert.equal(full.status, 3)
  const fullJson = spawnSync('sh', ['-c', `"${polder}" list --json --limit 200 --hub "${filled.dir}" > /dev/full`], {encoding: 'utf8'})
  assert.equal(fullJson.status, 3)
})

test('backup and restore bring the whole hub back', (t) => {
  const hub = makeHub(t)
  hub.import('polder', starter)
  const id = hub.json('new', 'organization', '--set', 'name=Draft', '--set', 'type=company').id
  hub.json('attach', id, hub.file('a.txt', 'abc'))
  hub.file('hub/kinds/note.json', {kind: 'note', title: 'Note', plural: 'Notes', headline: '/title', schema: {type: 'object', properties: {title: {type: 'string'}}}, visibility: {public: ['/title']},
    lifecycle: {initial: 'draft', states: {draft: {title: 'Draft'}}, moves: {}}})
  const copy = join(hub.folder, 'copy')
  assert.equal(hub.json('backup', copy).written, copy)
  assert.equal(hub.error(1, 'backup', copy).code, 'exists')
  const again = new Hub(hub.folder, 'again')
  assert.equal(run(['restore', copy, again.dir]).status, 0)
  assert.equal(run(['restore', copy, again.dir]).status, 1)
  assert.equal(run(['restore', join(hub.folder, 'nothing'), join(hub.folder, 'x')]).status, 1)
  assert.equal(again.check(), hub.check())
  assert.deepEqual(again.json('show', id), hub.json('show', id))
  assert.ok(again.json('kinds').some((k) => k.kind === 'note'))
  assert.deepEqual(readdirSync(hub.folder).filter((name) => name.includes('partial')), [])
})

test('rebuilding says how much it did', (t) => {
  const hub = makeHub(t)
  hub.import('polder', starter)
  const before = hub.json('search', 'deepfake')
  assert.equal(hub.json('admin', 'rebuild').records, 292)
  assert.deepEqual(hub.json('search', 'deepfake'), before)
  hub.check()
})

test('what is exported comes back the same', (t) => {
  const hub = makeHub(t), other = makeHub(t)
  hub.import('polder', starter)
  const out = join(hub.folder, 'out')
  assert.equal(hub.json('export', 'polder', '--all', '--out', out).written, 292)
  const back = other.import('polder', out)
  assert.equal(back.created, 292)
  for (const id of ['CUE-0001', 'CUE-0017']) {
    const {body} = hub.json('show', id), again = other.json('show', id)
    assert.deepEqual(again.body, body)
  }
  const some = hub.run('export', 'polder', 'CUE-0001', 'nothing', '--out', join(hub.folder, 'one'), '--json')
  assert.equal(some.status, 1)
  const one = JSON.parse(some.stdout)
  assert.equal(one.written, 1)
  assert.deepEqual(one.rejections.map((r) => r.id), ['nothing'])
  assert.equal(hub.run('export', 'polder', 'nothing', '--out', join(hub.folder, 'one')).status, 1)
  assert.equal(hub.error(1, 'export', 'cve', '--all', '--out', out).code, 'unsupported')
})

test('files of an export stay in their folder whatever a record is called', (t) => {
  const hub = makeHub(t)
  const ids = ['../../evil', '/etc/passwd', '..', '.hidden', 'a/b', 'a\\b', 'a b', `${'x'.repeat(300)}`]
  hub.import('polder', hub.file('r.json', ids.map((id) => incident(id, {aliases: [id], source: {system: 'elsewhere', id}}))))
  const out = join(hub.folder, 'deep/out')
  const report = hub.json('export', 'polder', '--all', '--out', out)
  assert.equal(report.written, ids.length)
  const names = readdirSync(out)
  assert.equal(names.length, ids.length, names.join(' '))
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.json$/)
  assert.deepEqual(readdirSync(join(hub.folder, 'deep')), ['out'])
})

test('a server that is told to stop answers and ends', async () => {
  const {child, ended} = start(['serve', '--hub', filled.dir, '--listen', '127.0.0.1:0'])
  await new Promise((done) => child.stdout.once('data', done))
  await pause(50)
  child.kill('SIGTERM')
  assert.equal((await ended).status, 0)
  assert.notEqual(filled.run('serve', '--listen', 'nonsense').status, 0)
})
