// Measures Polder on this machine and prints medians, ratios to peers that run interleaved with it, and the targets. A benchmark, not a test: it
// fails only where something could not be measured.
//
//	node run.mjs BUILD-FOLDER DATA-FOLDER [RECORDS]
import {spawn, spawnSync} from 'node:child_process'
import {cpus, tmpdir, totalmem} from 'node:os'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, openSync, fsyncSync, writeSync, closeSync} from 'node:fs'
import {join, dirname} from 'node:path'
import {fileURLToPath} from 'node:url'

const [build, data, many = '100000'] = process.argv.slice(2)
const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'polder-bench-'))
const polder = join(build, 'polder')
const bench = (name) => join(build, 'tests', 'bench', name)
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))

function run(program, args) {
  const r = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 1 << 28})
  if (r.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${r.stderr || r.error}`)
  return r.stdout
}
const json = (program, args) => JSON.parse(run(program, args))
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
const rows = []
function row(what, value, target, note = '') {
  rows.push([what, value, target, note])
  console.log(`${what.padEnd(58)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`)
}

console.log(`${cpus().length} processors (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB\n`)

// The disk, since a durable commit can't be faster.
{
  const times = []
  const fd = openSync(join(folder, 'disk'), 'w')
  for (let i = 0; i < 60; i++) {
    writeSync(fd, Buffer.alloc(8192, i))
    const began = process.hrtime.bigint()
    fsyncSync(fd)
    times.push(Number(process.hrtime.bigint() - began) / 1e6)
  }
  closeSync(fd)
  row('the disk: fsync of 8 kB', `${median(times).toFixed(2)} ms`, '', 'a limit')
}

// Start.
{
  const t = json(bench('bench_start'), ['300', polder, 'version', '--', bench('empty')])
  row('polder version, over an empty program', `${((t.a - t.b) / 1000).toFixed(2)} ms`, '<= 1.5 ms', `(${(t.a / 1000).toFixed(2)} ms, empty ${(t.b / 1000).toFixed(2)} ms)`)
}

// Import of the CVE files.
{
  const rates = []
  const again = []
  for (let i = 0; i < 7; i++) {
    const hub = join(folder, `import-${i}`)
    run(polder, ['init', hub])
    const r = json(polder, ['import', 'cve', join(data, 'cve'), '--hub', hub, '--json'])
    rates.push(r.read / r.seconds)
    const s = json(polder, ['import', 'cve', join(data, 'cve'), '--hub', hub, '--json'])
    if (s.unchanged !== r.read) throw new Error('the second import changed something')
    again.push(s.read / s.seconds)
    rmSync(hub, {recursive: true})
  }
  row('import of 1,500 CVE files', `${Math.round(median(rates))} files/s`, '>= 3000 files/s', `(best ${Math.round(Math.max(...rates))})`)
  row('the same again, nothing changed', `${Math.round(median(again))} files/s`, '')
}

// Hubs of two sizes.
function hubOf(name, formats, records) {
  const hub = join(folder, name)
  run(polder, ['init', hub])
  for (const f of formats) spawnSync(polder, ['import', f, f === 'polder' ? join(source, 'starter') : join(data, f), '--hub', hub])
  if (records) {
    const r = json(bench('bench_hub'), ['fill', hub, String(records)])
    row(`making ${r.made.toLocaleString('en')} records, 500 a commit`, `${Math.round(r.made / r.seconds)} records/s`, '')
  }
  return hub
}
const small = hubOf('small', ['polder', 'avid'], 0)
const large = hubOf('large', ['cve', 'avid', 'aiid', 'osv', 'atlas', 'polder'], Number(many))

// Reading, the two sizes in turn.
{
  const a = [], b = [], whole = []
  for (let i = 0; i < 5; i++) {
    a.push(json(bench('bench_hub'), ['read', small]))
    b.push(json(bench('bench_hub'), ['read', large]))
  }
  const ns = median(a.map((r) => r.record.median)), nl = median(b.map((r) => r.record.median))
  whole.push(...b.map((r) => r.record_and_links.median))
  row(`reading a record, ${b[0].records.toLocaleString('en')} in the hub`, `${nl / 1000} ms`, '<= 0.2 ms', `(p99 ${median(b.map((r) => r.record.p99)) / 1000} ms; with its links ${median(whole) / 1000} ms)`)
  row(`reading a record, ${a[0].records.toLocaleString('en')} in the hub`, `${ns / 1000} ms`, '')
}
// The same records in both hubs, so that only the size differs.
{
  const hub = join(folder, 'thousand')
  run(polder, ['init', hub])
  const list = readdirSync(join(data, 'avid', 'reports')).map((f) => join(data, 'avid', 'reports', f))
  for (let i = 0; i < list.length; i += 300) spawnSync(polder, ['import', 'avid', ...list.slice(i, i + 300), '--hub', hub])
  const have = json(bench('bench_hub'), ['read', hub]).records
  if (have < 1000) json(bench('bench_hub'), ['fill', hub, '1000'])
  const big = join(folder, 'hundredthousand')
  run(polder, ['init', big])
  for (let i = 0; i < list.length; i += 300) spawnSync(polder, ['import', 'avid', ...list.slice(i, i + 300), '--hub', big])
  json(bench('bench_hub'), ['fill', big, many])
  const a = [], b = []
  for (let i = 0; i < 7; i++) {
    a.push(json(bench('bench_hub'), ['read', hub]).record.median)
    b.push(json(bench('bench_hub'), ['read', big]).record.median)
  }
  row(`a read with ${Number(many).toLocaleString('en')} records, over one with 1,000`, `${(median(b) / median(a)).toFixed(2)} x`, '<= 1.3 x', `(${median(b)} us, ${median(a)} us)`)
  rmSync(big, {recursive: true})
}

// Searching.
{
  const runs = []
  for (let i = 0; i < 3; i++) runs.push(json(bench('bench_hub'), ['search', large]))
  const names = {one_of_the_100_commonest: 'one of the 100 commonest words', one_word: 'any one word', two_words: 'any two words', prefix_of_three: 'a prefix of three letters'}
  for (const [key, title] of Object.entries(names)) {
    const p99 = median(runs.map((r) => r[key].p99)) / 1000
    row(`search: ${title}, p99`, `${p99.toFixed(1)} ms`, '<= 20 ms', `(median ${(median(runs.map((r) => r[key].median)) / 1000).toFixed(1)} ms)`)
  }
}

// Serving.
async function serve(hub) {
  const began = process.hrtime.bigint()
  const child = spawn(polder, ['serve', '--hub', hub, '--listen', '127.0.0.1:0'], {stdio: ['ignore', 'pipe', 'inherit']})
  const url = await new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (d) => {
      text += d
      const m = /http:\/\/[^\s]+/.exec(text)
      if (m) resolve(m[0])
    })
    child.on('exit', () => reject(new Error('serve ended')))
  })
  const answer = await fetch(url + '/')
  await answer.text()
  const ms = Number(process.hrtime.bigint() - began) / 1e6
  await new Promise((r) => setTimeout(r, 300))
  const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1])
  return {child, url, ms, kb}
}
const stop = ({child}) => new Promise((r) => (child.on('exit', r), child.kill('SIGTERM')))
{
  const starts = [], memory = []
  for (let i = 0; i < 9; i++) {
    const s = await serve(large)
    starts.push(s.ms)
    memory.push(s.kb)
    await stop(s)
  }
  row('serve, to the first answer', `${median(starts).toFixed(0)} ms`, '<= 100 ms')
  row('serve, resident when idle', `${(median(memory) / 1024).toFixed(1)} MB`, '<= 40 MB')
}

// Schema validation beside ajv.
{
  const ajv = join(folder, 'ajv')
  mkdirSync(ajv)
  for (const f of ['package.json', 'bench.mjs']) writeFileSync(join(ajv, f), readFileSync(join(here, 'ajv', f)))
  const npm = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund'], {cwd: ajv, encoding: 'utf8'})
  if (npm.status !== 0) {
    row('schema validation beside ajv', 'not measured', '', '(npm could not install ajv)')
  } else {
    const sets = [
      ['OSV schema, 500 records', [join(data, 'schemas', 'osv-1.schema.json'), '20', join(data, 'osv')]],
      ['CVE schema, 1,500 records', [join(data, 'schemas', 'CVE_JSON_5.1_bundled.json'), '10', join(data, 'cve')]],
    ]
    for (const [title, args] of sets) {
      const ours = [], theirs = []
      for (let i = 0; i < 5; i++) {
        ours.push(json(bench('bench_schema'), args))
        theirs.push(json(process.execPath, [join(ajv, 'bench.mjs'), ...args]))
      }
      const name = 'ns_per_document'
      const a = median(ours.map((r) => r[name])), b = median(theirs.map((r) => r[name]))
      row(`validation, ${title}: ajv's time over ours`, `${(b / a).toFixed(2)} x`, '>= 1 x', `(${Math.round(a)} ns a document, ajv ${Math.round(b)} ns)`)
    }
  }
}
