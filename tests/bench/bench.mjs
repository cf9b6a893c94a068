// What all benchmarks share: running programs, medians, the lines that are printed.
import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const [build, data, many = '100000', part = ''] = process.argv.slice(2)
export const here = dirname(fileURLToPath(import.meta.url))
export const source = join(here, '..', '..')
export const folder = mkdtempSync(join(tmpdir(), 'polder-bench-'))
export const polder = join(build, 'polder')
export const bench = (name) => join(build, 'tests', 'bench', name)
// Nothing that was started outlives the run.
export const started = new Set()
process.on('exit', () => started.forEach((child) => child.kill('SIGTERM')))
process.on('exit', () => rmSync(folder, {recursive: true, force: true}))

export function run(program, args) {
  const r = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 1 << 28})
  if (r.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${r.stderr || r.error}`)
  return r.stdout
}
export const json = (program, args) => JSON.parse(run(program, args))
export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

export function row(what, value, target, note = '') {
  console.log(`${what.padEnd(62)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`)
}

// A hub with what stands in the named collections, filled up to a number of records.
export function hubOf(name, formats, records) {
  const hub = join(folder, name)
  run(polder, ['init', hub])
  for (const f of formats) spawnSync(polder, ['import', f, f === 'polder' ? join(source, 'starter') : join(data, f), '--hub', hub])
  if (records) {
    const r = json(bench('bench_hub'), ['fill', hub, String(records)])
    if (r.made) row(`making ${r.made.toLocaleString('en')} records, 500 a commit`, `${Math.round(r.made / r.seconds)} records/s`, '')
  }
  return hub
}

// What a process holds for itself, without the database's pages, which are mapped and shared.
export const anonymous = (pid) => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
export const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

// Starts a program that prints its address; {child, url}.
export async function startServer(program, args, stdin = 'ignore') {
  const child = spawn(program, args, {stdio: [stdin, 'pipe', 'inherit']})
  started.add(child)
  const url = await new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (d) => {
      text += d
      const m = /http:\/\/[^\s]+/.exec(text)
      if (m) resolve(m[0])
    })
    child.on('exit', () => reject(new Error(`${program} ended`)))
  })
  return {child, url}
}
export const serveHub = (hub) => startServer(polder, ['serve', '--hub', hub, '--listen', '127.0.0.1:0'])
export const stop = ({child}) => new Promise((r) => (child.on('exit', r), child.kill('SIGTERM')))
