// Logs that Polder writes, read by a verifier that shares no code with it; a byte that is changed is found by both.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {after, test} from 'node:test'

const programs = join(process.env.POLDER_BUILD ?? 'build', 'tests', 'interop')
const folder = mkdtempSync(join(tmpdir(), 'polder-interop-tlog-'))
after(() => rmSync(folder, {recursive: true, force: true}))

function run(program, ...args) {
  const r = spawnSync(join(programs, program), args.map(String), {encoding: 'utf8'})
  if (r.error) throw r.error
  return r
}
const ours = (log) => run('tlog_write', 'verify', log)
const theirs = (log, keys) => run('tlog_verify', log, ...keys)

function write(name, ...sizes) {
  const log = join(folder, name)
  const r = run('tlog_write', 'write', log, ...sizes)
  assert.equal(r.status, 0, r.stderr)
  return {log, keys: r.stdout.trim().split('\n')}
}

function filesOf(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesOf(join(path, name))) : [path]
}

function assertRight({log, keys}, words) {
  for (const r of [ours(log), theirs(log, keys)]) {
    assert.equal(r.status, 0, r.stderr)
    assert.match(r.stdout, words)
  }
}

test('logs of many sizes hold for both verifiers, with every file read', () => {
  assertRight(write('empty', 0), /^0 leaves, 1 checkpoints/)
  assertRight(write('one', 1), /^1 leaves/)
  assertRight(write('small', 0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17), /^17 leaves, 12 checkpoints/)
  const tiles = write('tiles', 255, 256, 257, 511, 512, 513)
  assertRight(tiles, /^513 leaves, 6 checkpoints/)
  assert.match(theirs(tiles.log, tiles.keys).stdout, new RegExp(` ${filesOf(tiles.log).length} files`))
})

test('a log of three levels holds', () => {
  assertRight(write('more', 257, 4999, 65535, 65536, 65537, 70000), /^70000 leaves, 6 checkpoints/)
})

test('another key is not taken', () => {
  const {log, keys} = write('key', 3)
  const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  assert.equal(theirs(log, [other, keys[1]]).status, 1)
  assert.equal(theirs(log, [keys[0], other]).status, 1)
})

test('the published log holds', () => {
  const published = join(process.env.POLDER_DATA ?? '/nowhere', 'tlog', 'tessera-log')
  const r = theirs(published, ['example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'])
  assert.equal(r.status, 0, r.stderr)
  assert.match(r.stdout, /^15 leaves, 16 checkpoints/)
})

test('a byte that is changed in any file is found by both', () => {
  const {log, keys} = write('flipped', 3, 256, 300)
  assertRight({log, keys}, /^300 leaves, 3 checkpoints/)
  for (const file of filesOf(log)) {
    const whole = readFileSync(file)
    const places = [0, whole.length >> 1, whole.length - 1]
    for (const [i, place] of places.entries()) {
      const changed = Buffer.from(whole)
      changed[place] ^= 1 << (i * 3)
      writeFileSync(file, changed)
      for (const [who, r] of Object.entries({ours: ours(log), theirs: theirs(log, keys)}))
        assert.equal(r.status, 1, `${who} passes ${relative(log, file)} with byte ${place} changed`)
    }
    writeFileSync(file, whole)
  }
  assertRight({log, keys}, /^300 leaves/)
})
