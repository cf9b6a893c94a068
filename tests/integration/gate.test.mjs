// polder gate: one verdict over files, card, what a hub knows and signature; from a hub's folder and from its address.
import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {build} from './cli.mjs'
import {startHub} from './hub.mjs'

const card = (licence = 'mit', base = '') => `---\nlicense: ${licence}\n${base && `base_model: ${base}\n`}---\n# Model
It is intended for summaries, and should not be used to judge people. It was trained on reports.\n## Limitations\nIt invents sources.\n## Evaluation\nRouge of 0.41.\n`
const evil = Buffer.from('8004951f000000000000008c05706f736978948c0673797374656d9493948c046563686f94859452942e', 'hex')

let hub, model
before(async () => {
  const link = (rel, to) => ({rel, to})
  hub = await startHub({records: [
    {kind: 'system', id: 'g:base', state: 'published', body: {name: 'Base', type: 'model', aliases: ['they/base'], licence: {name: 'Their own', type: 'responsible-use', carries_over: true}}},
    {kind: 'system', id: 'g:model', state: 'published', body: {name: 'Model', type: 'model', aliases: ['we/model']}, links: [link('built-on', 'g:base')]},
    {kind: 'advisory', id: 'G-1', state: 'published', body: {title: 'It leaks prompts', type: 'vulnerability', severity: 'high',
      affected: [{name: 'Model', ranges: [{from: '1.0', before: '1.2', status: 'affected', type: 'semver'}]}]}, links: [link('affects', 'g:model')]},
    {kind: 'advisory', id: 'G-2', state: 'published', body: {title: 'The base says yes to all', type: 'vulnerability', severity: 'critical'}, links: [link('affects', 'g:base')]},
  ]})
  model = join(hub.folder, 'model')
})
after(async () => hub?.stop())

function folder(files) {
  rmSync(model, {recursive: true, force: true})
  mkdirSync(model)
  for (const [name, bytes] of Object.entries({'config.json': '{"model_type": "llama"}', 'README.md': card(), ...files}))
    if (bytes !== null) writeFileSync(join(model, name), bytes)
}
const gate = (...args) => spawnSync(join(build, 'polder'), ['gate', model, ...args], {encoding: 'utf8'})
const judged = (status, ...args) => {
  const r = gate('--json', ...args)
  assert.equal(r.status, status, r.stdout + r.stderr)
  return JSON.parse(r.stdout)
}
const check = (v, name) => v.checks.find((one) => one.check === name)
const rules = (v, name) => check(v, name).findings.filter((f) => f.verdict !== 'PASS' && !f.accepted).map((f) => f.rule)

test('what is all right passes, with the digest of every file', () => {
  folder({})
  const v = judged(0)
  assert.equal(v.verdict, 'PASS')
  assert.deepEqual(v.files.map((f) => [f.path, f.sha256, f.verdict]).sort(), ['README.md', 'config.json'].map((name) =>
    [`model/${name}`, createHash('sha256').update(readFileSync(join(model, name))).digest('hex'), 'PASS']))
  assert.equal(check(v, 'known').done, false)
  assert.match(gate().stdout, /^Files\s+PASS[\s\S]*PASS\n$/)
})

test('a file that runs code, a card that is missing, and folders that are none', () => {
  folder({'weights.bin': evil})
  assert.deepEqual(rules(judged(1), 'scan'), ['scan-pickle-call-denied'])
  assert.equal(judged(0, '--allow', 'posix.system').verdict === 'BLOCK', false)
  folder({'README.md': null})
  assert.deepEqual(rules(judged(1), 'card'), ['card-unreadable'])
  folder({'README.md': '---\nlicense: mit\n---\nIt is intended for tests.\n'})
  assert.deepEqual(rules(judged(1), 'card'), ['card-scope-missing'])
  const accepted = judged(0, '--accept', 'card-scope-missing', '--accept', 'nothing-such')
  assert.deepEqual([accepted.verdict, accepted.accepted, accepted.unused], ['PASS', ['card-scope-missing', 'nothing-such'], 'nothing-such'])
  folder({'README.md': null, 'config.json': null})
  assert.deepEqual(rules(judged(1), 'scan'), ['scan-nothing'])
  rmSync(model, {recursive: true})
  assert.equal(gate().status, 1)
  assert.equal(spawnSync(join(build, 'polder'), ['gate'], {encoding: 'utf8'}).status, 2)
})

test('what a hub knows counts, asked by its folder or its address alike', () => {
  folder({})
  for (const where of [hub.dir, `http://127.0.0.1:${hub.port}/`]) {
    const old = judged(1, '--hub', where, '--name', 'we/model', '--version', '1.1')
    assert.deepEqual(rules(old, 'known').sort(), ['known-affected', 'known-base', 'known-licence-dropped'])
    const fixed = judged(0, '--hub', where, '--name', 'we/model', '--version', '1.2')
    assert.equal(fixed.verdict, 'REVIEW')
    assert.equal(gate('--hub', where, '--name', 'we/model', '--version', '1.2', '--fail-on', 'review').status, 1)
    const unsure = judged(0, '--hub', where, '--name', 'we/model')
    assert.ok(rules(unsure, 'known').includes('known-about'))
    const {subject} = check(fixed, 'known').findings.find((f) => f.rule === 'known-base')
    const accepted = judged(0, '--hub', where, '--name', 'we/model', '--version', '1.2', '--accept', subject, '--accept', 'known-licence-dropped')
    assert.equal(accepted.verdict, 'PASS')
    assert.equal(judged(0, '--hub', where, '--name', 'we/unheard-of').verdict, 'PASS')
  }
  const away = judged(0, '--hub', `http://127.0.0.1:${hub.port}`, '--name', 'we/model')
  assert.ok(check(away, 'known').findings.every((f) => f.url.startsWith(`http://127.0.0.1:${hub.port}/r/`)))
  /* The card names the base: it is asked for, as what the model is made from. */
  folder({'README.md': card('openrail', 'they/base')})
  const base = judged(0, '--hub', hub.dir)
  assert.deepEqual(rules(base, 'known'), ['known-base'])
})

test('a hub that can not be asked makes it inconclusive, and so does a name that nobody gave', () => {
  folder({})
  assert.deepEqual(rules(judged(3, '--hub', 'http://127.0.0.1:1', '--name', 'we/model'), 'known'), ['known-failed'])
  assert.deepEqual(rules(judged(3, '--hub', join(hub.folder, 'none'), '--name', 'we/model'), 'known'), ['known-failed'])
  assert.deepEqual(rules(judged(3, '--hub', hub.dir), 'known'), ['known-failed'])
})

test('a signature is checked where it is said whose it must be', () => {
  folder({})
  const key = join(hub.folder, 'key.pem'), pub = join(hub.folder, 'pub.pem'), other = join(hub.folder, 'other.pem')
  for (const [secret, open] of [[key, pub], [join(hub.folder, 'secret2.pem'), other]]) {
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', secret])
    execFileSync('openssl', ['ec', '-in', secret, '-pubout', '-out', open], {stdio: 'ignore'})
  }
  assert.deepEqual(rules(judged(1, '--signed'), 'signature'), ['signature-none'])
  execFileSync(join(build, 'polder'), ['sign', model, '--key', key])
  assert.deepEqual(rules(judged(0), 'signature'), ['signature-unchecked'])
  const good = judged(0, '--key', pub)
  assert.deepEqual([good.verdict, check(good, 'signature').verdict], ['PASS', 'PASS'])
  assert.match(check(good, 'signature').words, /^Signed by [0-9a-f]{64}, 2 files\.$/)
  assert.deepEqual(rules(judged(1, '--key', other), 'signature'), ['signature-wrong'])
  writeFileSync(join(model, 'config.json'), '{"model_type": "other"}')
  const changed = judged(1, '--key', pub)
  assert.match(check(changed, 'signature').words, /config\.json was changed/)
  writeFileSync(join(model, 'config.json'), '{"model_type": "llama"}')
  writeFileSync(join(model, 'more.json'), '{}')
  assert.deepEqual(rules(judged(1, '--key', pub), 'signature'), ['signature-wrong'])
  assert.notEqual(gate('--key', join(hub.folder, 'none.pem')).status, 0)
})

test('the page stands alone and shows hostile words as words', () => {
  folder({'README.md': card().replace('# Model', '# <script>alert(1)</script>'), '<b>name<b>.bin': evil})
  const page = join(hub.folder, 'gate.html')
  assert.equal(gate('--page', page, '--name', '<img src=x onerror=alert(1)>').status, 1)
  const html = readFileSync(page, 'utf8')
  assert.match(html, /^<!DOCTYPE html>/)
  assert.ok(!/<script|<img|<b>name|src=|https?:/.test(html.replace(/&lt;img src=x/g, '')), 'nothing is fetched, nothing runs')
  assert.match(html, /&lt;b&gt;name/)
  assert.match(html, /pickle-call-denied/)
})
