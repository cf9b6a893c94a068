// The engine, on this machine: medians, ratios to peers that run interleaved with it, and the targets.
import {spawnSync} from 'node:child_process'
import {cpus, totalmem} from 'node:os'
import {closeSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {bench, build, data, folder, here, hubOf, json, many, median, polder, resident, row, run, serveHub, stop} from './bench.mjs'

// large: the folder of a hub with many records.
export async function measureEngine(large) {

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
  const small = hubOf('small', ['polder', 'avid'], 0)

  // Reading, the two sizes in turn.
  {
    const a = [], b = [], whole = []
    for (let i = 0; i < 5; i++) {
      a.push(json(bench('bench_hub'), ['read', small]))
      b.push(json(bench('bench_hub'), ['read', large]))
    }
    const ns = median(a.map((r) => r.record.median)), nl = median(b.map((r) => r.record.median))
    whole.push(...b.map((r) => r.record_and_links.median))
    row(`reading a record, ${b[0].records.toLocaleString('en')} in the hub`, `${(nl / 1000).toFixed(3)} ms`, '<= 0.2 ms', `(p99 ${(median(b.map((r) => r.record.p99)) / 1000).toFixed(3)} ms; with its links ${(median(whole) / 1000).toFixed(3)} ms)`)
    row(`reading a record, ${a[0].records.toLocaleString('en')} in the hub`, `${(ns / 1000).toFixed(3)} ms`, '')
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
    row(`a read with ${Number(many).toLocaleString('en')} records, over one with 1,000`, `${(median(b) / median(a)).toFixed(2)} x`, '<= 1.3 x', `(${median(b).toFixed(1)} us, ${median(a).toFixed(1)} us)`)
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
  async function firstAnswer(hub) {
    const began = process.hrtime.bigint()
    const server = await serveHub(hub)
    const answer = await fetch(server.url + '/')
    await answer.text()
    const ms = Number(process.hrtime.bigint() - began) / 1e6
    await new Promise((r) => setTimeout(r, 300))
    return {...server, ms, kb: resident(server.child.pid)}
  }
  {
    const starts = [], memory = []
    for (let i = 0; i < 9; i++) {
      const s = await firstAnswer(large)
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
}
