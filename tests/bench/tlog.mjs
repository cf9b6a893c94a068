// The transparency log: appending with one durable write a batch, verifying a whole log, proofs in a log of ten million entries.
//
//	node tlog.mjs BUILD-FOLDER        by itself, or as the part "tlog" of run.mjs
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const BATCH = 256, ENTRIES = 2_000_000, LARGE = 10_000_000, BYTES = 128, ROUNDS = 5

const middle = (runs, of) => [...runs].sort((a, b) => of(a) - of(b))[runs.length >> 1]
const millions = (n) => `${(n / 1e6).toFixed(2)} M/s`

export function measureTlog(build, row) {
  const program = join(build, 'tests', 'bench', 'bench_tlog')
  const folder = mkdtempSync(join(tmpdir(), 'polder-bench-tlog-'))
  const at = (name) => join(folder, name)
  const run = (...args) => {
    const r = spawnSync(program, args.map(String), {encoding: 'utf8'})
    if (r.status !== 0) throw new Error(`bench_tlog ${args.join(' ')}: ${r.stderr || r.error}`)
    return JSON.parse(r.stdout)
  }
  // What the kernel was asked, counted from outside; undefined where there is no strace.
  const syncs = (...args) => {
    const r = spawnSync('strace', ['-f', '-c', '-e', 'trace=fsync,fdatasync', program, ...args.map(String)], {encoding: 'utf8'})
    if (r.error || r.status !== 0) return undefined
    return [...r.stderr.matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(?:fsync|fdatasync)$/gm)].reduce((sum, one) => sum + Number(one[1]), 0)
  }
  // A measurement and its limit in turn, so that both see the same machine.
  const beside = (measure, limit) => {
    const runs = Array.from({length: ROUNDS}, () => ({...measure(), limit: limit().leaves_s}))
    return middle(runs, (r) => r.leaves_s)
  }
  try {
    for (const [how, title, batches] of [['journal', 'one fdatasync a batch', 400], ['files', 'every file synced by itself', 48]]) {
      const runs = Array.from({length: 3}, (_, i) => run('append', at(how + i), batches, BATCH, how))
      const r = middle(runs, (x) => x.entries_s)
      const counted = syncs('append', at(`${how}-traced`), batches / 8, BATCH, how)
      row(`log: appending, batches of ${BATCH}, ${title}`, `${r.entries_s} entries/s`, how === 'journal' ? '>= 20000' : '',
        `(${how === 'journal' ? `${r.fdatasyncs} fdatasyncs for ${r.batches} batches; ` : ''}p50 ${r.p50_ms.toFixed(1)} ms a batch` +
          (counted === undefined ? ')' : `; by strace ${counted} syncs for ${batches / 8} batches)`))
      const v = run('verify', at(`${how}0`), 'bundles')
      if (v.leaves !== batches * BATCH) throw new Error('what was appended is not in the log')
      if (how !== 'journal') continue
      const again = run('recover', at('journal0'), at('recovered'), BATCH)
      if (again.entries !== v.leaves) throw new Error('the journal does not hold what was appended')
      row('log: made again from its journal, every checkpoint met', `${Math.round(again.entries / again.seconds)} entries/s`, '')
    }

    run('make', at('entries'), ENTRIES, BYTES)
    const whole = beside(() => run('verify', at('entries'), 'bundles'), () => run('limit', ENTRIES, BYTES))
    row(`log: verifying ${ENTRIES.toLocaleString('en')} entries of ${BYTES} bytes, one core`, millions(whole.leaves_s), '>= 1.00 M/s',
      `(SHA-256 of the same bytes alone ${millions(whole.limit)}; ${whole.bundles} bundles, ${whole.tiles} tiles)`)
    rmSync(at('entries'), {recursive: true})

    run('make', at('large'), LARGE, 0)
    const hashes = beside(() => run('verify', at('large'), 'tiles'), () => run('limit', LARGE, 0))
    row(`log: verifying the hashes of ${LARGE.toLocaleString('en')} leaves, one core`, millions(hashes.leaves_s), '>= 1.00 M/s', `(SHA-256 of as many nodes alone ${millions(hashes.limit)})`)
    for (const [how, count] of [['warm', 20_000], ['cold', 500]]) {
      const r = middle(Array.from({length: 3}, () => run('prove', at('large'), count, how)), (x) => x.p50_ms)
      row(`log: inclusion proof among ${LARGE.toLocaleString('en')}, ${how} tiles, median`, `${r.p50_ms.toFixed(3)} ms`, '<= 1 ms',
        `(p99 ${r.p99_ms.toFixed(3)} ms, ${r.hashes.toFixed(0)} hashes${how === 'cold' ? '; every tile is read from the disk' : ''})`)
    }

    const keys = middle(Array.from({length: 3}, () => run('sign', 5000)), (x) => x.verified_s)
    row('log: checkpoints verified by signature, one core', `${keys.verified_s}/s`, '', `(signed ${keys.signed_s}/s)`)
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  measureTlog(process.argv[2] ?? 'build', (what, value, target, note = '') => console.log(`${what.padEnd(66)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`))
