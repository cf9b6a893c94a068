// The main pages as Lighthouse sees them, and what they weigh.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {folder, row, serveHub, stop} from './bench.mjs'

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

// Tried again: it loses the trace of a page now and then.
function lighthouse(tools, url, attempts = 3) {
  const out = join(folder, 'lighthouse.json')
  const r = spawnSync(join(tools, 'node_modules', '.bin', 'lighthouse'), [url, '--quiet', '--output=json', `--output-path=${out}`, `--chrome-flags=${flags}`], {encoding: 'utf8', env: {...process.env, CHROME_PATH: chromium}, timeout: 120_000})
  if (r.status !== 0 && attempts > 1) return lighthouse(tools, url, attempts - 1)
  if (r.status !== 0) throw new Error(r.stderr || String(r.error))
  const {categories, audits} = JSON.parse(readFileSync(out))
  return {scores: Object.values(categories).map((c) => [c.id, Math.round(c.score * 100)]), shift: audits['cumulative-layout-shift'].numericValue}
}

export async function measurePages(hub) {
  const tools = join(folder, 'lighthouse')
  mkdirSync(tools)
  writeFileSync(join(tools, 'package.json'), '{"private": true}\n')
  const npm = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', 'lighthouse@12.2.1'], {cwd: tools, encoding: 'utf8'})
  if (npm.status !== 0 || !chromium) return row('pages by Lighthouse', 'not measured', '', '(npm could not install it, or there is no Chromium)')
  const server = await serveHub(hub)
  const incident = (await (await fetch(`${server.url}/api/v1/search?q=fraud&kind=incident&limit=1`)).json()).items[0].url
  for (const [title, path] of [['home', '/'], ['a kind', '/browse/incidents'], ['search', '/search'], ['an incident', new URL(incident, server.url).pathname], ['a use', '/r/CUE-0026'], ['the tree of uses', '/cue'], ['the API', '/api'], ['signing in', '/sign-in']]) {
    const {scores, shift} = lighthouse(tools, server.url + path)
    const answer = await fetch(server.url + path, {headers: {'accept-encoding': 'gzip', accept: 'text/html'}})
    const bytes = Number(answer.headers.get('content-length') ?? 0)
    await answer.arrayBuffer()
    row(`page: ${title}`, scores.map(([, n]) => n).join(' '), '>= 95 each', `(${scores.map(([name]) => name).join(', ')}; layout shift ${shift.toFixed(3)}${bytes ? `; ${(bytes / 1000).toFixed(1)} kB of HTML compressed` : ''})`)
  }
  await stop(server)
}
