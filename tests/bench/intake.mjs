// Reports that come in: anonymous, over the API, 16 clients at once; each is durable with its receipt when it is answered.
//
//	node intake.mjs BUILD-FOLDER        by itself, or as the part "intake" of run.mjs
import {spawn, spawnSync} from 'node:child_process'
import {appendFileSync, existsSync, mkdtempSync, rmSync} from 'node:fs'
import http from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const CLIENTS = 16, SECONDS = 6

const report = (n) => JSON.stringify({how: 'anonymous', body: {title: `Assistant ${n} gives out its instructions`, description: 'Asked in verse, it recites them. '.repeat(20),
  classification: {real_world_harm: false, malicious_actor: true, csam: false}, systems: [{name: `Example Chat ${n % 50}`, version: '2'}], severity: 'medium',
  steps_to_reproduce: 'Ask in verse.', attacker: {objectives: 'to learn them'}, disclosure: {intent: 'no'}, confirmed: true}})

function post(agent, port, body) {
  return new Promise((done, failed) => {
    const started = process.hrtime.bigint()
    const request = http.request({agent, host: '127.0.0.1', port, path: '/api/v1/reports', method: 'POST',
      headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}}, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        if (answer.statusCode !== 201) return failed(new Error(`${answer.statusCode} ${Buffer.concat(parts)}`))
        done(Number(process.hrtime.bigint() - started) / 1e6)
      })
    })
    request.on('error', failed)
    request.end(body)
  })
}

// fsync and fdatasync of the server while work goes on, by strace; undefined where there is none.
async function syncs(pid, work) {
  if (spawnSync('sh', ['-c', 'command -v strace']).status !== 0) return {result: await work()}
  const trace = spawn('strace', ['-f', '-c', '-e', 'trace=fsync,fdatasync', '-p', String(pid)], {stdio: ['ignore', 'ignore', 'pipe']})
  let words = ''
  trace.stderr.on('data', (bytes) => (words += bytes))
  await new Promise((ready) => setTimeout(ready, 500))
  const result = await work()
  const ended = new Promise((done) => trace.on('exit', done))
  trace.kill('SIGINT')
  await ended
  const counts = [...words.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(fsync|fdatasync)$/gm)]
  return {result, count: counts.length ? counts.reduce((sum, one) => sum + Number(one[1]), 0) : undefined}
}

async function rush(port, seconds) {
  const agent = new http.Agent({keepAlive: true, maxSockets: CLIENTS})
  const times = [], end = Date.now() + seconds * 1000
  let n = 0
  const started = process.hrtime.bigint()
  await Promise.all(Array.from({length: CLIENTS}, async () => {
    while (Date.now() < end) times.push(await post(agent, port, report(n++)))
  }))
  agent.destroy()
  times.sort((a, b) => a - b)
  return {rate: times.length / (Number(process.hrtime.bigint() - started) / 1e9), p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)], n: times.length}
}

export async function measureIntake(build, row) {
  const folder = mkdtempSync(join(tmpdir(), 'polder-bench-')), hub = join(folder, 'hub'), program = join(build, 'polder-hub')
  try {
    const made = spawnSync(program, ['init', hub], {encoding: 'utf8'})
    if (made.status !== 0) throw new Error(made.stderr)
    appendFileSync(join(hub, 'polder.conf'), '\n[limits]\nwrites = 0\n')
    const child = spawn(program, ['serve', '--hub', hub, '--listen', '127.0.0.1:0'], {stdio: ['ignore', 'pipe', 'inherit']})
    const ended = new Promise((done) => child.on('exit', done))
    const port = await new Promise((done, failed) => {
      let text = ''
      child.stdout.on('data', (bytes) => {
        text += bytes
        const at = text.match(/:(\d+)\n/)
        if (at) done(Number(at[1]))
      })
      ended.then(() => failed(new Error('the server ended')))
    })
    try {
      await rush(port, 1)
      const alone = await rush(port, SECONDS)
      row('anonymous reports over HTTP, 16 clients, each durable', `${Math.round(alone.rate)} reports/s`, '200', `(p50 ${alone.p50.toFixed(1)} ms, p99 ${alone.p99.toFixed(1)} ms)`)
      const traced = await syncs(child.pid, () => rush(port, 2))
      if (traced.count !== undefined) row('fsyncs for each report, many together', (traced.count / traced.result.n).toFixed(2), 'below 1', `(${traced.count} for ${traced.result.n}, by strace)`)
      const single = await syncs(child.pid, async () => {
        const agent = new http.Agent({keepAlive: true})
        for (let i = 0; i < 20; i++) await post(agent, port, report(i))
        agent.destroy()
      })
      if (single.count !== undefined) row('fsyncs for each report, one after another', (single.count / 20).toFixed(2), 'at least 1', '(by strace)')
    } finally {
      if (child.exitCode === null) child.kill('SIGTERM')
      await ended
    }
    const check = spawnSync(program, ['admin', 'check', '--hub', hub, '--json'], {encoding: 'utf8'})
    row('records found whole afterwards', JSON.parse(check.stdout).records, '', `(${JSON.parse(check.stdout).findings.length} findings)`)
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = process.argv[2] ?? 'build'
  if (!existsSync(join(build, 'polder-hub'))) throw new Error(`there is no polder-hub in ${build}`)
  await measureIntake(build, (what, value, target, note) => console.log(`${what.padEnd(62)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`))
}
