// The command line as people run it: the real program on hubs in temporary folders, which are removed with the test that made them.
//
//	const hub = makeHub(t)                       // t: of node:test, or {after} of a file
//	const {status, stdout} = hub.run('search', 'deepfake')
//	const found = hub.json('search', 'deepfake') // must succeed
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const source = process.env.POLDER_SOURCE ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const build = process.env.POLDER_BUILD ?? join(source, 'build')
export const polder = join(build, 'polder')
export const starter = join(source, 'starter')
export const data = process.env.POLDER_DATA ?? join(source, '..', 'shared', 'data')

if (!existsSync(polder)) throw new Error(`there is no polder in ${build}: set POLDER_BUILD to the build folder`)

// A folder of the real data; without it the tests can't say anything, so they fail.
export function real(...parts) {
  const path = join(data, ...parts)
  if (!existsSync(path)) throw new Error(`${path} is missing: set POLDER_DATA to the folder with the data that the tests read`)
  return path
}

// What a sanitizer says is never part of an answer.
function noSanitizer(r, args) {
  if (/ERROR: (Address|Leak|Thread|Undefined)|runtime error:|Sanitizer/.test(r.stderr ?? '')) throw new Error(`polder ${args.join(' ')}:\n${r.stderr}`)
  return r
}

export function run(args, options = {}) {
  const {env = {}, ...more} = options
  const r = spawnSync(polder, args, {encoding: 'utf8', input: '', maxBuffer: 1 << 28, timeout: 120_000, env: {...process.env, POLDER_HUB: '', ...env}, ...more})
  if (r.error) throw r.error
  return noSanitizer(r, args)
}

// Under a limit on the size of files, in bytes: what a full disk is like, without a right to mount one.
export const runLimited = (bytes, args, options = {}) =>
  noSanitizer(
    spawnSync('sh', ['-c', `ulimit -f ${Math.floor(bytes / 512)}; exec "$@"`, 'sh', polder, ...args], {encoding: 'utf8', input: '', timeout: 120_000, ...options}),
    args)

// Under a pseudo-terminal (script, of bsdutils).
export const onTerminal = (args, env = {}) =>
  spawnSync('script', ['-qec', [polder, ...args].map((a) => `'${a.replaceAll("'", `'\\''`)}'`).join(' '), '/dev/null'], {encoding: 'utf8', input: '', env: {...process.env, TERM: 'xterm', ...env}})

export function start(args, options = {}) {
  const child = spawn(polder, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options})
  const out = {child, stdout: '', stderr: ''}
  child.stdout.on('data', (bytes) => (out.stdout += bytes))
  child.stderr.on('data', (bytes) => (out.stderr += bytes))
  out.ended = new Promise((done) => child.on('close', (status, signal) => done(noSanitizer({status, signal, stdout: out.stdout, stderr: out.stderr}, args))))
  return out
}

export class Hub {
  constructor(folder, name = 'hub') {
    this.folder = folder
    this.dir = join(folder, name)
  }
  run(...args) {
    return run([...args, '--hub', this.dir])
  }
  // Must succeed: what it prints.
  text(...args) {
    const r = this.run(...args)
    assert.equal(r.status, 0, `polder ${args.join(' ')}: ${r.stdout}${r.stderr}`)
    return r.stdout
  }
  json(...args) {
    return JSON.parse(this.text(...args, '--json'))
  }
  // Must be refused: the error.
  error(status, ...args) {
    const r = this.run(...args, '--json')
    assert.equal(r.status, status, `polder ${args.join(' ')}: ${r.status} ${r.stdout}${r.stderr}`)
    return JSON.parse(r.stdout).error
  }
  import(format, ...paths) {
    const r = this.run('import', format, ...paths, '--json')
    assert.ok(r.status === 0 || r.status === 1, `import ${format}: ${r.status} ${r.stdout}${r.stderr}`)
    return JSON.parse(r.stdout)
  }
  file(name, content) {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content))
    return path
  }
  // Everything in it agrees with everything else.
  check() {
    const r = this.run('admin', 'check', '--json')
    assert.equal(r.status, 0, r.stdout + r.stderr)
    assert.deepEqual(JSON.parse(r.stdout).findings, [])
    return JSON.parse(r.stdout).records
  }
  // Rows of the database, for what no command tells.
  sql(query) {
    const r = spawnSync('sqlite3', ['-json', join(this.dir, 'hub.db'), query], {encoding: 'utf8', maxBuffer: 1 << 28})
    assert.equal(r.status, 0, r.error?.message ?? r.stderr)
    return r.stdout.trim() ? JSON.parse(r.stdout) : []
  }
}

export function makeFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'polder-test-'))
  t.after(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

export function makeHub(t, {name = 'Test hub', prefix = 'TST'} = {}) {
  const hub = new Hub(makeFolder(t))
  const r = run(['init', hub.dir, '--name', name, '--prefix', prefix])
  assert.equal(r.status, 0, r.stderr)
  return hub
}

export const incident = (id, body = {}, more = {}) => ({
  kind: 'incident', id, state: 'published',
  body: {title: `Incident ${id}`, date: '2024-03-04', description: 'It happened.', references: [{url: 'https://example.org/a', title: 'A source'}], ...body}, ...more})

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
