// A witness as logs meet it: what it answers, what it never forgets, also when it is killed again and again while two histories are told to it.
import assert from 'node:assert/strict'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {run} from './cli.mjs'
import {cosigned, Log, post, Witness} from './witness.mjs'

const KILLS = Number(process.env.POLDER_WITNESS_KILLS ?? 25)
let folder, witness
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'polder-witness-'))
  witness = new Witness(folder, 'one')
  await witness.serve()
})
after(async () => {
  if (witness?.process) await witness.end()
  rmSync(folder, {recursive: true, force: true})
})
const get = async (path, headers = {}) => {
  const r = await fetch(witness.url + path, {headers})
  return {status: r.status, headers: r.headers, text: await r.text()}
}

test('every answer is that of the specification', async () => {
  const log = new Log('log.example.org/one'), other = new Log(log.origin, {keys: log.keys, history: 'other', fork: 10}), stranger = new Log('stranger.example.org')
  const answer = async (body) => {
    const r = await post(witness.url, body)
    return [r.status, r.text]
  }
  assert.equal((await answer(log.request(0, 3)))[0], 404)
  witness.add(log.vkey)
  const first = await post(witness.url, log.request(0, 3))
  assert.equal(first.status, 200)
  const time = cosigned(log.text(3), first.text, witness.vkey)
  assert.ok(Math.abs(time - Date.now() / 1000) < 60)
  assert.match(first.text, /^— one\.example\.org [A-Za-z0-9+/=]+\n$/)
  assert.equal((await answer(stranger.request(0, 3)))[0], 404)
  assert.equal((await answer(new Log(log.origin).request(3, 5)))[0], 403)
  const conflict = await post(witness.url, log.request(2, 5))
  assert.deepEqual([conflict.status, conflict.text, conflict.headers['content-type']], [409, '3\n', 'text/x.tlog.size'])
  assert.equal((await answer(log.request(3, 7)))[0], 200)
  assert.equal((await answer(log.request(7, 7)))[0], 200)
  assert.equal((await answer(log.request(7, 20)))[0], 200)
  assert.deepEqual(await answer(other.request(20, 20)), [409, '20\n'])
  assert.equal((await answer(other.request(20, 30)))[0], 422)
  assert.equal((await answer(log.request(20, 30, [])))[0], 422)
  assert.equal((await answer(log.request(20, 30, [...log.consistency(20, 30), log.root(1)])))[0], 422)
  assert.equal((await answer(log.request(40, 40).replace('old 40', 'old 41')))[0], 400)
  for (const body of ['', 'old\n', 'old 20\n', `old 020\n\n${log.checkpoint(30)}`, `old 20\n${'A'.repeat(43)}=\n`.repeat(1) + log.checkpoint(30), `old 20\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${log.checkpoint(30)}`, log.request(20, 30).slice(0, -3), log.request(20, 30) + '\0'])
    assert.equal((await answer(body))[0], 400, JSON.stringify(body.slice(0, 60)))
  assert.equal((await post(witness.url, 'x'.repeat(2 << 20)).catch(() => ({status: 413}))).status, 413)
  assert.equal((await get('add-checkpoint')).status, 405)
  assert.equal((await answer(log.request(20, 30)))[0], 200)
})

test('its page, its key and what it cosigned last can be looked at', async () => {
  const log = new Log('log.example.org/<seen>')
  witness.add(log.vkey)
  assert.match((await get('')).text, /log\.example\.org\/&lt;seen&gt;<\/strong>\s*<span class="note">nothing was cosigned yet/)
  const {text} = await post(witness.url, log.request(0, 12))
  const page = await get('')
  assert.equal(page.status, 200)
  assert.ok(page.text.includes(witness.vkey) && page.text.includes('12 leaves'))
  assert.equal((await get('key')).text, `${witness.vkey}\n`)
  const said = JSON.parse((await get('', {accept: 'application/json'})).text)
  assert.equal(said.key, witness.vkey)
  const one = said.logs.find((l) => l.origin === log.origin)
  assert.deepEqual([one.size, one.keys], [12, [log.vkey]])
  const kept = await get(`checkpoint?origin=${encodeURIComponent(log.origin)}`)
  assert.equal(kept.text, log.checkpoint(12) + text)
  assert.equal((await get('checkpoint?origin=nothing')).status, 404)
  witness.command('remove', log.origin)
  assert.equal((await post(witness.url, log.request(12, 13))).status, 404)
  assert.deepEqual(witness.list().find((l) => l.origin === log.origin).keys, [])
  assert.equal(run(['witness', 'remove', witness.dir, log.origin]).status, 1)
})

test('who asks too often is told so', async () => {
  const busy = new Witness(folder, 'busy'), log = new Log('log.example.org/busy')
  busy.add(log.vkey)
  assert.equal(run(['witness', 'serve', busy.dir, '--limit', 'many']).status, 2)
  await busy.serve(5)
  const answers = []
  for (let i = 0; i < 8; i++) answers.push(await post(busy.url, log.request(i, i + 1)))
  assert.deepEqual(answers.map((a) => a.status), [200, 200, 200, 200, 200, 429, 429, 429])
  assert.ok(Number(answers.at(-1).headers['retry-after']) >= 1)
  await busy.end()
})

test(`killed ${KILLS} times while two histories are told to it, it cosigns one of them alone and never less than before`, async () => {
  const killed = new Witness(folder, 'killed')
  const one = new Log('log.example.org/killed'), other = new Log(one.origin, {keys: one.keys, history: 'other'})
  killed.add(one.vkey)
  await killed.serve()
  const seen = [], logs = [one, other]
  let stop = false, largest = 0
  const tell = async (log) => {
    for (let old = 0; !stop; ) {
      const size = Math.min(old + 1 + Math.floor(Math.random() * 3), 4000), least = largest
      try {
        const {status, text} = await post(killed.url, log.request(old, size))
        if (status === 200) {
          assert.ok(cosigned(log.text(size), text, killed.vkey))
          /* What anybody had when this was asked is not more than what it cosigns now. */
          assert.ok(size >= least, `cosigned ${size} after ${least}`)
          seen.push({log, size})
          largest = Math.max(largest, size)
          old = size
        } else if (status === 409) {
          assert.ok(Number(text) >= least, `it knows ${text} after ${least}`)
          old = Math.min(Number(text), 3999)
        } else if (status === 422) {
          await new Promise((done) => setTimeout(done, 20))
        } else assert.fail(`${status} ${text}`)
      } catch (error) {
        if (error.code === 'ERR_ASSERTION') throw error
        await new Promise((done) => setTimeout(done, 10)) /* it is dead at the moment */
      }
    }
  }
  const told = [one, other, one, other, one].map(tell)
  for (let i = 0; i < KILLS; i++) {
    await new Promise((done) => setTimeout(done, 20 + Math.random() * 120))
    await killed.end('SIGKILL')
    await killed.serve()
  }
  await new Promise((done) => setTimeout(done, 100))
  stop = true
  await Promise.all(told)
  assert.ok(seen.length > KILLS, `${seen.length} cosignatures`)
  assert.equal(new Set(seen.map((s) => s.log)).size, 1)
  assert.ok(killed.list()[0].size >= largest)
  assert.ok(logs.includes(seen[0].log))
  await killed.end()
})
