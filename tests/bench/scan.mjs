// The scanner, on this machine: what one tiny file costs over an empty program, a dense pickle, many small files, a large file of tensors.
import {spawnSync} from 'node:child_process'
import {closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {bench, folder, json, median, polder, row} from './bench.mjs'

// Protocol 4: a list of lists of six numbers and a constant, each memoized, in batches as Python writes them: 12.6 million operations in 31 MB.
function densePickle(lists) {
  const parts = [Buffer.from('80045d94', 'hex')]
  for (let i = 0; i < lists; i += 1000) {
    const batch = [Buffer.from('(')]
    for (let k = i; k < Math.min(i + 1000, lists); k++) {
      const one = Buffer.from('5d94284d00004d00004d00004d00004d00004d00004e65', 'hex')
      for (let n = 0; n < 6; n++) one.writeUInt16LE((k * 7919 + n * 104729) & 0xffff, 4 + 3 * n)
      batch.push(one)
    }
    parts.push(...batch, Buffer.from('e'))
  }
  return Buffer.concat([...parts, Buffer.from('.')])
}

// User and system time in seconds and peak resident kB of one run, by GNU time.
function cost(args) {
  const r = spawnSync('/usr/bin/time', ['-f', '%U %S %M %e', polder, 'scan', ...args], {encoding: 'utf8'})
  if (r.status !== 0) throw new Error(`${r.stdout}${r.stderr}`)
  const [user, system, kb, wall] = r.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return {cpu: user + system, kb, wall}
}

export function measureScan() {
  const tiny = join(folder, 'tiny.pkl')
  writeFileSync(tiny, Buffer.from('80047d948c0161948c016294732e', 'hex'))
  const t = json(bench('bench_start'), ['300', polder, 'scan', tiny, '--', bench('empty')])
  row('polder scan of one tiny file, over an empty program', `${((t.a - t.b) / 1000).toFixed(2)} ms`, '<= 1.5 ms', `(${(t.a / 1000).toFixed(2)} ms, empty ${(t.b / 1000).toFixed(2)} ms)`)

  const dense = join(folder, 'dense.pkl')
  const bytes = densePickle(1_250_000)
  writeFileSync(dense, bytes)
  const runs = Array.from({length: 7}, () => cost([dense]))
  row(`a dense pickle of ${(bytes.length / 1e6).toFixed(0)} MB, 12.6 million operations`, `${median(runs.map((r) => r.cpu)).toFixed(2)} CPU s`, '<= 0.2 s',
    `(${((median(runs.map((r) => r.kb)) * 1024 - bytes.length) / 1e6).toFixed(0)} MB resident beyond the file; target <= 32 MB)`)

  const many = join(folder, 'many')
  mkdirSync(many)
  for (let i = 0; i < 5000; i++) writeFileSync(join(many, `${i}.pkl`), Buffer.from('80047d948c0161948c016294732e', 'hex'))
  const all = Array.from({length: 7}, () => cost([many, '--quiet']))
  row('5,000 small files', `${median(all.map((r) => r.wall)).toFixed(2)} s`, '<= 0.1 s')

  // 2 GB that take no room on the disk: only the structure is read.
  const large = join(folder, 'large.safetensors')
  const header = {}
  const size = 2 ** 31
  for (let i = 0; i < 512; i++) header[`model.layers.${i}.weight`] = {dtype: 'F16', shape: [size / 1024, 1], data_offsets: [(i * size) / 512, ((i + 1) * size) / 512]}
  const head = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(head.length))
  const fd = openSync(large, 'w')
  writeSync(fd, Buffer.concat([length, head]))
  ftruncateSync(fd, 8 + head.length + size)
  closeSync(fd)
  const s = json(bench('bench_start'), ['100', polder, 'scan', large, '--', bench('empty')])
  row('2 GB of safetensors with 512 tensors, over an empty program', `${((s.a - s.b) / 1000).toFixed(2)} ms`, '<= 5 ms')
}
