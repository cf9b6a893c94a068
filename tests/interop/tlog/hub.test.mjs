// The log of a hub, cosigned by a witness, both as people run them: read by a verifier that shares no code with them.
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub, starter} from '../../integration/hub.mjs'
import {Witness} from '../../integration/witness.mjs'

const verifier = join(process.env.POLDER_BUILD ?? 'build', 'tests', 'interop', 'tlog_verify')
let folder, witness, hub
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polder-interop-hub-'))
  witness = await new Witness(folder, 'witness').serve()
  hub = await startHub({import: [starter], conf: `[log]\nepoch = PT1S\nwitness = ${witness.vkey}\n  ${witness.url}\n`})
})
after(async () => {
  await hub?.stop()
  if (witness?.process) await witness.end()
  rmSync(folder, {recursive: true, force: true})
})

test('what a witness cosigned holds for the other verifier, and a byte of it that is changed does not', async () => {
  const {keys} = hub.polder('log', '--json')
  witness.add(keys[0])
  await eventually(async () => (await hub.json('/api/v1/log')).body.witnesses.size > 0, 'a cosigned checkpoint', 60_000)
  await hub.end()
  const bytes = readFileSync(join(hub.dir, 'log/checkpoint.cosigned')), size = Number(bytes.toString('utf8').split('\n')[1])
  const log = join(folder, 'log'), name = join(log, `checkpoint.${size}`)
  mkdirSync(log)
  cpSync(join(hub.dir, 'log/tile'), join(log, 'tile'), {recursive: true})
  const verify = () => spawnSync(verifier, [log, keys[0], witness.vkey], {encoding: 'utf8'})
  writeFileSync(name, bytes)
  const right = verify()
  assert.equal(right.status, 0, right.stderr)
  assert.match(right.stdout, new RegExp(`^${size} leaves, 1 checkpoints`))
  const line = bytes.indexOf(`— ${witness.vkey.split('+')[0]} `)
  assert.ok(line > 0)
  for (const place of [line + 60, bytes.length - 20]) {
    const changed = Buffer.from(bytes)
    changed[place] = changed[place] === 65 ? 66 : 65
    writeFileSync(name, changed)
    assert.equal(verify().status, 1)
  }
  /* Without the cosignature it is not what was asked for. */
  writeFileSync(name, bytes.subarray(0, line))
  assert.equal(verify().status, 1)
})
