// The command that changes the log's key, killed at any moment, again and again, while the hub is served: the log goes on, and whoever followed from the first key on ends at
// the one that signs.
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {polder, run} from './cli.mjs'
import {eventually, startHub} from './hub.mjs'
import {checkpoint} from './log.mjs'

const KILLS = Number(process.env.POLDER_ROTATE_KILLS ?? 8)
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
let hub
before(async () => (hub = await startHub({conf: '[log]\nepoch = PT1S\noverlap = PT4S\n[limits]\nreads_anonymous = 0\n'})))
after(() => hub?.stop())

// Whether the note has a line by this key, and that line is right.
function signedBy(text, key) {
  const [name, id] = key.split('+'), lines = text.split('\n')
  const own = lines.filter((line) => line.startsWith(`— ${name} `) && Buffer.from(line.split(' ').at(-1), 'base64').subarray(0, 4).toString('hex') === id)
  if (own.length === 0) return false
  checkpoint(`${text.slice(0, text.indexOf('\n\n'))}\n\n${own[0]}\n`, key)
  return true
}

test(`a change of the key that is killed ${KILLS} times`, async () => {
  await eventually(async () => (await hub.json('/api/v1/log')).body.size > 0, 'a first checkpoint')
  const copy = join(hub.folder, 'copy'), url = `http://${hub.host}:${hub.port}/`
  assert.equal(run(['mirror', url, copy]).status, 0)
  const first = JSON.parse(readFileSync(join(copy, 'mirror.json'), 'utf8')).key
  let changed = 0
  for (let i = 0; i < KILLS; i++) {
    const child = spawn(polder, ['log', 'key', 'rotate', '--hub', hub.dir], {stdio: 'ignore'})
    const ended = new Promise((done) => child.on('exit', done))
    await pause(Math.random() * 60)
    child.kill('SIGKILL')
    await ended
    const {size, keys: before} = (await hub.json('/api/v1/log')).body
    await eventually(async () => (await hub.json('/api/v1/log')).body.size > size, 'the log goes on', 30_000)
    const {keys, checkpoint: text} = (await hub.json('/api/v1/log')).body
    assert.ok(signedBy(text, keys[0]) || (keys.length > 1 && signedBy(text, keys[1])), text)
    changed = keys.length - 1
    assert.deepEqual(keys.slice(-before.length), before)
    assert.equal(new Set(keys).size, keys.length)
    const mirrored = run(['mirror', url, copy])
    assert.equal(mirrored.status, 0, mirrored.stderr)
    await pause(4200) /* the overlap ends */
  }
  await eventually(() => !existsSync(join(hub.dir, 'log.key.old')), 'the last of the old keys is gone', 30_000)
  assert.equal(run(['log', 'key', 'rotate', '--hub', hub.dir]).status, 0)
  await eventually(async () => (await hub.json('/api/v1/log')).body.keys.length === changed + 2, 'a change that nobody kills', 30_000)
  assert.equal(run(['mirror', url, copy]).status, 0)
  const {keys} = (await hub.json('/api/v1/log')).body, kept = JSON.parse(readFileSync(join(copy, 'mirror.json'), 'utf8'))
  assert.equal(keys.at(-1), first)
  assert.deepEqual([kept.key, ...(kept.before ?? [])], keys)
  assert.deepEqual(hub.polder('verify', '--json').findings, [])
})
