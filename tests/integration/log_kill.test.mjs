// A hub that is killed a hundred times, at any moment, while it is written to: what it signed stays true, and what it said was done is in its log.
//
// The log is read here as anybody would, from its files, by code of this test's own: RFC 6962 section 2.1, C2SP tlog-tiles, tlog-checkpoint, signed-note.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {createHash, createPublicKey, randomInt, verify} from 'node:crypto'
import {existsSync, readFileSync, watch} from 'node:fs'
import {join} from 'node:path'
import test from 'node:test'
import {startHub} from './hub.mjs'
import {createUser, token} from './people.mjs'

const KILLS = Number(process.env.POLDER_KILLS ?? 100)
const WRITERS = 3

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
const leafHash = (entry) => sha256(Buffer.of(0), entry)
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right)

// The right edge of a tree, from the largest complete subtree to the smallest.
class Tree {
  size = 0
  peaks = []
  add(leaf) {
    let hash = leaf
    for (let bit = this.size; bit & 1; bit >>= 1) hash = nodeHash(this.peaks.pop(), hash)
    this.peaks.push(hash)
    this.size++
  }
  root() {
    return this.peaks.length ? this.peaks.reduceRight((right, left) => nodeHash(left, right)) : sha256()
  }
}

function parseCheckpoint(bytes) {
  const text = bytes.toString('utf8'), at = text.indexOf('\n\n')
  assert.ok(at > 0, `no checkpoint: ${text}`)
  const [origin, size, root, ...more] = text.slice(0, at).split('\n')
  assert.equal(more.length, 0)
  return {text, body: text.slice(0, at + 1), signatures: text.slice(at + 2), origin, size: Number(size), root}
}

const tilePath = (n) => {
  const groups = [String(n % 1000).padStart(3, '0')]
  for (n = Math.floor(n / 1000); n; n = Math.floor(n / 1000)) groups.unshift(`x${String(n % 1000).padStart(3, '0')}`)
  return groups.join('/')
}
function readTile(folder, level, index, width) {
  const path = join(folder, 'tile', String(level), tilePath(index))
  return readFileSync(width === 256 || !existsSync(`${path}.p/${width}`) ? path : `${path}.p/${width}`)
}

// All entries of a log of this size, from its bundles.
function readEntries(folder, size) {
  const entries = []
  for (let index = 0; index * 256 < size; index++) {
    const width = Math.min(256, size - index * 256), bytes = readTile(folder, 'entries', index, width)
    for (let at = 0, i = 0; i < width; i++) {
      const n = bytes.readUInt16BE(at)
      entries.push(bytes.subarray(at + 2, at + 2 + n))
      at += 2 + n
    }
  }
  return entries
}

// Tiles of every level are those of the entries.
function checkTiles(folder, leaves) {
  for (let level = 0, hashes = leaves; hashes.length; level++) {
    const next = []
    for (let index = 0; index * 256 < hashes.length; index++) {
      const part = hashes.slice(index * 256, index * 256 + 256)
      assert.deepEqual(readTile(folder, level, index, part.length).subarray(0, part.length * 32), Buffer.concat(part), `tile/${level}/${index}`)
      if (part.length < 256) continue
      const tree = new Tree()
      for (const hash of part) tree.add(hash)
      next.push(tree.root())
    }
    hashes = next
  }
}

// By a verifier key: name+ID+base64(1, 32 bytes).
function checkSignature(checkpoint, key) {
  const [, name, base64] = key.match(/^([^+]+)\+[0-9a-f]{8}\+(.+)$/), raw = Buffer.from(base64, 'base64')
  const id = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4)
  const lines = checkpoint.signatures.split('\n').filter((line) => line.startsWith(`— ${name} `)).map((line) => Buffer.from(line.split(' ')[2], 'base64'))
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)])
  const right = lines.some((line) => line.subarray(0, 4).equals(id) &&
    verify(null, Buffer.from(checkpoint.body), createPublicKey({key: spki, format: 'der', type: 'spki'}), line.subarray(4)))
  assert.ok(right, `not signed by the log's key: ${checkpoint.text}`)
}

// What writers were told was done. A server that is gone answers nothing, and then nothing was promised.
class Writer {
  made = []
  published = []
  answers = 0
  constructor(caller) {
    this.caller = caller
  }
  async run(going) {
    while (going()) {
      try {
        const answer = await this.caller.post('/records', {kind: 'system', body: {name: `System ${this.answers}`, type: 'model'}})
        this.answers++
        if (answer.status !== 201) continue
        const {uid} = answer.body
        this.made.push(uid)
        if (randomInt(2)) continue
        const moved = await this.caller.post(`/records/${uid}/moves`, {move: 'publish'})
        if (moved.status === 200) this.published.push(uid)
      } catch {
        await sleep(5)
      }
    }
  }
}

// Whoever reads the log from its folder at all times.
class Watcher {
  seen = new Map() // size → checkpoint
  reads = 0
  constructor(folder) {
    this.path = join(folder, 'checkpoint')
  }
  look() {
    if (!existsSync(this.path)) return
    const checkpoint = parseCheckpoint(readFileSync(this.path)), before = this.seen.get(checkpoint.size)
    this.reads++
    if (before) assert.equal(before.body, checkpoint.body, 'two heads of one size')
    this.seen.set(checkpoint.size, checkpoint)
    assert.ok(checkpoint.size >= (this.newest ?? 0), 'the log became smaller')
    this.newest = checkpoint.size
  }
  async run(going) {
    for (; going(); await sleep(3)) this.look()
  }
}

// Until something is written below that folder, so many times; or until the time is over.
function written(folder, times, milliseconds) {
  return new Promise((done) => {
    const watching = existsSync(folder) && watch(folder, () => --times <= 0 && end())
    const timer = setTimeout(() => end(), milliseconds)
    function end() {
      clearTimeout(timer)
      if (watching) watching.close()
      done()
    }
  })
}

// At any time; when tiles or bundles are written; when the checkpoint or its lock is; when the database is.
const MOMENTS = [
  () => sleep(randomInt(1, 800)),
  (dir) => written(join(dir, 'log', 'tile', '0', '000.p'), randomInt(1, 4), 1000),
  (dir) => written(join(dir, 'log', 'tile', 'entries', '000.p'), randomInt(1, 3), 1000),
  (dir) => written(join(dir, 'log'), randomInt(1, 6), 1000),
  (dir) => written(dir, randomInt(1, 30), 1000),
]

function query(hub, sql) {
  const r = spawnSync('sqlite3', ['-separator', '|', join(hub.dir, 'hub.db'), sql], {encoding: 'utf8', maxBuffer: 1 << 28})
  assert.equal(r.status, 0, r.stderr)
  return r.stdout.split('\n').filter(Boolean).map((line) => line.split('|'))
}

test(`a hub that is killed ${KILLS} times keeps one log, and all that it said was done is in it`, {timeout: 600_000}, async () => {
  const began = Date.now()
  const hub = await startHub({conf: '[log]\nepoch = PT1S\nfill = 2\n[limits]\nwrites = 1000000\nreads = 1000000\n'})
  try {
    createUser(hub, 'writer', 'coordinator')
    const caller = token(hub, 'writer', 'write'), writers = Array.from({length: WRITERS}, () => new Writer(caller))
    const folder = join(hub.dir, 'log'), watcher = new Watcher(folder)
    let going = true
    const all = [...writers, watcher].map((one) => one.run(() => going))
    for (let i = 0; i < KILLS; i++) {
      await MOMENTS[i % MOMENTS.length](hub.dir)
      hub.process.kill('SIGKILL')
      await hub.ended
      watcher.look()
      await hub.serve(hub.port)
    }
    going = false
    await Promise.all(all)
    // The last epochs.
    await sleep(3500)
    watcher.look()
    await hub.end()
    watcher.look()
    const rows = query(hub, 'SELECT leaf, type, lower(hex(commitment)) FROM entry WHERE leaf IS NOT NULL ORDER BY leaf')
    const last = watcher.seen.get(watcher.newest), entries = readEntries(folder, last.size), leaves = entries.map(leafHash)
    assert.equal(rows.length, last.size)
    rows.forEach(([leaf, type, commitment], i) => {
      assert.equal(Number(leaf), i)
      assert.equal(entries[i].toString('hex'), `01${Number(type).toString(16).padStart(2, '0')}${commitment}`)
    })
    checkTiles(folder, leaves)
    // Each checkpoint that was ever seen is of the beginning of this one log, and is signed.
    const [[key]] = query(hub, "SELECT json_extract(statement, '$.key') FROM entry WHERE type = 9")
    const tree = new Tree()
    let checked = 0
    for (const leaf of leaves) {
      tree.add(leaf)
      const checkpoint = watcher.seen.get(tree.size)
      if (!checkpoint) continue
      assert.equal(checkpoint.root, tree.root().toString('base64'), `the head of ${tree.size}`)
      checkSignature(checkpoint, key)
      checked++
    }
    assert.equal(checked, watcher.seen.size)
    // What was answered is there, and nothing waits.
    assert.deepEqual(query(hub, 'SELECT count(*) FROM entry WHERE leaf IS NULL'), [['0']])
    const logged = (condition) => new Set(query(hub, `SELECT DISTINCT r.uid FROM entry e JOIN record r ON r.id = e.record WHERE ${condition}`).map(([uid]) => uid))
    const made = logged('e.leaf IS NOT NULL'), published = logged('e.leaf IS NOT NULL AND e.type = 3')
    const count = {made: 0, published: 0}
    for (const writer of writers) {
      for (const uid of writer.made) assert.ok(made.has(uid), `${uid} is not in the log`), count.made++
      for (const uid of writer.published) assert.ok(published.has(uid), `that ${uid} was published is not in the log`), count.published++
    }
    hub.polder('verify')
    console.log(`${KILLS} kills in ${Math.round((Date.now() - began) / 1000)} s: ${count.made} records made and ${count.published} published as answered, ` +
      `${last.size} leaves, ${checked} different checkpoints in ${watcher.reads} reads`)
    assert.ok(count.made > KILLS && checked > KILLS / 4)
  } finally {
    await hub.stop()
  }
})
