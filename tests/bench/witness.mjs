// How many checkpoints a witness cosigns, each durable before it is answered: by one log after another, and by many at once.
//
//	node witness.mjs BUILD-FOLDER     by itself, or with the part "tlog" of run.mjs
import {mkdtempSync, rmSync} from 'node:fs'
import http from 'node:http'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const LOGS = 64, GROWTHS = 40, ROUNDS = 3

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]

export async function measureWitness(build, row) {
  process.env.POLDER_BUILD = resolve(build)
  const {Log, Witness} = await import('../integration/witness.mjs')
  const folder = mkdtempSync(join(tmpdir(), 'polder-bench-witness-'))
  const agent = new http.Agent({keepAlive: true, maxSockets: LOGS})
  const post = (url, body) =>
    new Promise((done, failed) => {
      const request = http.request(`${url}add-checkpoint`, {method: 'POST', agent, headers: {'content-length': Buffer.byteLength(body)}}, (response) => {
        response.resume()
        response.on('end', () => done(response.statusCode))
      })
      request.on('error', failed)
      request.end(body)
    })
  // What each log sends, made before the clock runs.
  const measure = async (name, logs) => {
    const witness = new Witness(folder, name)
    const all = Array.from({length: logs}, (_, i) => new Log(`bench.example.org/${i}`))
    for (const log of all) witness.add(log.vkey)
    const sent = all.map((log) => Array.from({length: GROWTHS}, (_, i) => log.request(i, i + 1)))
    await witness.serve()
    const began = performance.now()
    await Promise.all(sent.map(async (requests) => {
      for (const body of requests) if ((await post(witness.url, body)) !== 200) throw new Error('the witness did not cosign')
    }))
    const seconds = (performance.now() - began) / 1000
    await witness.end()
    return (logs * GROWTHS) / seconds
  }
  try {
    for (const [logs, words] of [[1, 'one log, one after another'], [LOGS, `${LOGS} logs at once`]]) {
      const rates = []
      for (let i = 0; i < ROUNDS; i++) rates.push(await measure(`w${logs}-${i}`, logs))
      row(`witness: checkpoints cosigned, each durable, ${words}`, `${Math.round(middle(rates))}/s`, '', `(runs of ${logs * GROWTHS})`)
    }
  } finally {
    agent.destroy()
    rmSync(folder, {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await measureWitness(process.argv[2] ?? 'build', (what, value, target, note = '') => console.log(`${what.padEnd(66)} ${String(value).padStart(16)}   ${note}`))
