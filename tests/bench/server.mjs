// Serving, beside nginx that serves the same bytes as files and Fossil that serves its timeline; loads by wrk and by this program.
import {spawn, spawnSync} from 'node:child_process'
import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import {join} from 'node:path'
import {anonymous, bench, folder, json, median, polder, row, run, serveHub, started, startServer, stop} from './bench.mjs'

const rounds = 5
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
const freePort = () =>
  new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address()
      server.close(() => done(port))
    })
  })

// wrk: requests a second, the 99th percentile in ms, answers that were no 2xx.
const milliseconds = (text) => parseFloat(text) * (text.endsWith('us') ? 0.001 : text.endsWith('ms') ? 1 : 1000)
const bytesOf = (text) => parseFloat(text) * {K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, B: 1}[text.replace(/[\d.]/g, '')[0]]
function read(words) {
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(words)[1]),
    bytes: bytesOf(/Transfer\/sec:\s+(\S+)/.exec(words)[1]) / Number(/Requests\/sec:\s+([\d.]+)/.exec(words)[1]),
    p99: milliseconds(/99%\s+(\S+)/.exec(words)[1]),
    bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(words)?.[1] ?? 0) + Number(/Socket errors.*/.exec(words)?.[0].match(/\d+/g).reduce((a, b) => a + +b, 0) ?? 0),
  }
}
function load(url, {clients = 16, seconds = 2, script, bytes = 0, peer = false} = {}) {
  const r = read(run('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '--latency', '--timeout', '10s', ...(script ? ['-s', script] : []), url]))
  if (r.bad && !peer) throw new Error(`${url}: ${r.bad} answers were none`)
  if (r.bytes < bytes * 0.98) throw new Error(`${url}: ${Math.round(r.bytes)} bytes an answer instead of ${bytes}`)
  return r
}
function loading(url, clients, seconds) {
  const child = spawn('wrk', ['-t1', `-c${clients}`, `-d${seconds}s`, '--latency', '--timeout', '10s', url])
  let words = ''
  child.stdout.on('data', (d) => (words += d))
  return new Promise((done) => child.on('exit', () => done(read(words))))
}

// One address after another from a list.
function scriptOf(name, paths) {
  const path = join(folder, name)
  writeFileSync(path, `local paths = {${paths.map((p) => JSON.stringify(p)).join(',')}}\nlocal i = 0\nrequest = function()\n  i = i % #paths + 1\n  return wrk.format("GET", paths[i])\nend\n`)
  return path
}

async function startNginx(files) {
  const root = join(folder, 'nginx'), port = await freePort()
  mkdirSync(join(root, 'www'), {recursive: true})
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, 'www', name), bytes)
  writeFileSync(join(root, 'nginx.conf'), `daemon off; master_process on; worker_processes auto; pid ${root}/pid; error_log ${root}/error.log; user root;
events { worker_connections 2048; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/html; open_file_cache max=1000;
  client_body_temp_path ${root}/a; proxy_temp_path ${root}/b; fastcgi_temp_path ${root}/c; uwsgi_temp_path ${root}/d; scgi_temp_path ${root}/e;
  server { listen 127.0.0.1:${port}; root ${root}/www; } }
`)
  const child = spawn('nginx', ['-c', join(root, 'nginx.conf'), '-p', root], {stdio: ['ignore', 'ignore', 'inherit']})
  started.add(child)
  await sleep(500)
  return {child, url: `http://127.0.0.1:${port}`}
}

// A repository with as many check-ins as its timeline shows.
async function startFossil() {
  const root = join(folder, 'fossil'), port = await freePort()
  mkdirSync(join(root, 'work'), {recursive: true})
  const env = {...process.env, FOSSIL_HOME: root, USER: 'bench', HOME: root}
  const fossil = (...args) => {
    const r = spawnSync('fossil', args, {cwd: join(root, 'work'), env, encoding: 'utf8'})
    if (r.status !== 0) throw new Error(`fossil ${args.join(' ')}: ${r.stderr}`)
  }
  fossil('init', join(root, 'bench.fossil'))
  fossil('open', '-f', join(root, 'bench.fossil'))
  for (let i = 0; i < 60; i++) {
    writeFileSync(join(root, 'work', `file${i % 7}.txt`), `line ${i}\n`.repeat(20 + i))
    fossil('addremove')
    fossil('commit', '-m', `A change with words of its own, number ${i}`, '--no-warnings')
  }
  const child = spawn('fossil', ['server', '--localhost', '-P', String(port), join(root, 'bench.fossil')], {env, stdio: 'ignore'})
  started.add(child)
  await sleep(800)
  return {child, url: `http://127.0.0.1:${port}`}
}

async function besideNginx(hub, server) {
  const list = (await (await fetch(`${server.url}/api/v1/records?limit=200`)).json()).items
  const page = '/r/' + encodeURIComponent(list[0].id), api = '/api/v1/records/' + encodeURIComponent(list[0].id)
  const plain = async (path, accept) => Buffer.from(await (await fetch(server.url + path, {headers: {'accept-encoding': 'identity', accept}})).arrayBuffer())
  const files = {'page.html': await plain(page, 'text/html'), 'record.json': await plain(api, 'application/json')}
  const nginx = await startNginx(files)
  const figures = {page: [], pageNginx: [], api: [], apiNginx: [], many: []}
  const spread = scriptOf('spread.lua', list.map((item) => '/r/' + encodeURIComponent(item.id)))
  for (let i = 0; i < rounds; i++) {
    figures.page.push(load(server.url + page, {bytes: files['page.html'].length}).rate)
    figures.pageNginx.push(load(nginx.url + '/page.html', {bytes: files['page.html'].length}).rate)
    figures.api.push(load(server.url + api, {bytes: files['record.json'].length}).rate)
    figures.apiNginx.push(load(nginx.url + '/record.json', {bytes: files['record.json'].length}).rate)
    figures.many.push(load(server.url + '/', {script: spread}).rate)
  }
  await stop(nginx)
  const m = Object.fromEntries(Object.entries(figures).map(([name, rates]) => [name, median(rates)]))
  row(`record page (${(files['page.html'].length / 1000).toFixed(0)} kB), over nginx with the same bytes`, `${(m.page / m.pageNginx).toFixed(2)} x`, '>= 0.4 x', `(${Math.round(m.page)}/s, nginx ${Math.round(m.pageNginx)}/s)`)
  row('the pages of 200 records in turn, over the same', `${(m.many / m.pageNginx).toFixed(2)} x`, '', `(${Math.round(m.many)}/s)`)
  row(`record by the API (${(files['record.json'].length / 1000).toFixed(0)} kB), over nginx with the same bytes`, `${(m.api / m.apiNginx).toFixed(2)} x`, '>= 0.5 x', `(${Math.round(m.api)}/s, nginx ${Math.round(m.apiNginx)}/s)`)
  return page
}

async function besideFossil(server, page) {
  const fossil = await startFossil()
  const ours = [], theirs = []
  for (let i = 0; i < 3; i++) {
    ours.push(load(server.url + page).rate)
    theirs.push(load(fossil.url + '/timeline', {clients: 4, peer: true}).rate)
  }
  await stop(fossil)
  row("record page over Fossil's timeline", `${Math.round(median(ours) / median(theirs))} x`, '>= 50 x', `(${Math.round(median(ours))}/s, Fossil ${Math.round(median(theirs))}/s)`)
}

// Each query once, so that none comes from the cache, one after the other.
async function searching(server) {
  const agent = new http.Agent({keepAlive: true, maxSockets: 1})
  const ask = (path) =>
    new Promise((done, failed) => {
      const began = process.hrtime.bigint()
      http.get(server.url + path, {agent, headers: {accept: 'text/html'}}, (r) => {
        r.resume()
        r.on('end', () => (r.statusCode === 200 ? done(Number(process.hrtime.bigint() - began) / 1e6) : failed(new Error(`${path}: ${r.statusCode}`))))
      }).on('error', failed)
    })
  const words = 'model attack remote user data injection vulnerability prompt deepfake image service denial code execution buffer overflow training bias face recognition police chat bank fraud privacy leak memory server file path access control token plugin python library version before'.split(' ')
  const times = []
  for (let i = 0; i < 600; i++) {
    const query = `${words[i % words.length]} ${words[(i * 7 + Math.floor(i / words.length)) % words.length]}`
    times.push(await ask(`/search?q=${encodeURIComponent(i % 3 ? query : words[i % words.length])}&page=${1 + Math.floor(i / 200)}`))
  }
  times.sort((a, b) => a - b)
  row('search page, p99', `${times[Math.floor(times.length * 0.99)].toFixed(1)} ms`, '<= 30 ms', `(median ${times[times.length >> 1].toFixed(1)} ms)`)
  agent.destroy()
}

// Records made over the API by a token, a few at a time; each answer says that it is durable.
async function writing(hub) {
  const account = ['admin', 'create-user', 'bench', '--email', 'bench@example.org', '--name', 'Bench', '--role', 'member', '--hub', hub]
  const made = spawnSync(polder, account, {encoding: 'utf8', input: 'words that nobody guesses\n'})
  if (made.status !== 0) throw new Error(made.stderr)
  const {token} = json(polder, ['admin', 'token', 'bench', '--name', 'bench', '--scope', 'write', '--days', '1', '--hub', hub, '--json'])
  appendFileSync(join(hub, 'polder.conf'), '\n[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n')
  const server = await serveHub(hub)
  const agent = new http.Agent({keepAlive: true, maxSockets: 64})
  const write = (i) =>
    new Promise((done, failed) => {
      const body = JSON.stringify({kind: 'organization', body: {name: `Organization number ${i}`, type: 'company', description: 'Made to see how fast one is made.'}})
      const request = http.request(server.url + '/api/v1/records', {agent, method: 'POST', headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}}, (r) => {
        r.resume()
        r.on('end', () => (r.statusCode === 201 ? done() : failed(new Error(`a write was answered with ${r.statusCode}`))))
      })
      request.on('error', failed)
      request.end(body)
    })
  const rates = []
  let i = 0
  for (const clients of [1, 16, 16, 16]) {
    const began = Date.now()
    let n = 0
    await Promise.all(Array.from({length: clients}, async () => {
      while (Date.now() - began < 2000) {
        await write(i++)
        n++
      }
    }))
    rates.push(n / ((Date.now() - began) / 1000))
  }
  agent.destroy()
  await stop(server)
  row('authenticated writes over the API, durable, 16 clients', `${Math.round(median(rates.slice(1)))}/s`, '>= 200/s', `(one client ${Math.round(rates[0])}/s)`)
}

async function slowHandler() {
  const server = await startServer(bench('bench_slow'), [], 'pipe')
  const alone = load(server.url + '/fast', {clients: 32, seconds: 3})
  const [slow, fast] = await Promise.all([loading(server.url + '/sleep', 3, 3), loading(server.url + '/fast', 32, 3)])
  row("32 clients' p99 beside 3 that call a handler of 100 ms", `${fast.p99.toFixed(1)} ms`, '<= 50 ms', `(alone ${alone.p99.toFixed(1)} ms; the 3 got ${Math.round(slow.rate)}/s)`)
  const ended = new Promise((done) => server.child.on('exit', done))
  server.child.stdin.end()
  await ended
}

// Idle connections that stay, and clients that send and take a few bytes a second.
async function manyClients(server, page) {
  const before = load(server.url + page, {clients: 16, seconds: 2})
  const {port} = new URL(server.url)
  const sockets = []
  const dial = () =>
    new Promise((done) => {
      const s = net.connect(Number(port), '127.0.0.1', () => done(s))
      s.on('error', () => done(s))
      sockets.push(s)
    })
  const memory = anonymous(server.child.pid)
  for (let i = 0; i < 1000; i++) await dial()
  const slow = []
  for (let i = 0; i < 200; i++) slow.push(await dial())
  let at = 0
  const text = `GET ${page} HTTP/1.1\r\nHost: x\r\n`
  const timer = setInterval(() => (slow.forEach((s) => s.write(text[at % text.length])), at++), 100)
  const beside = load(server.url + page, {clients: 16, seconds: 3})
  clearInterval(timer)
  row('record page beside 1,000 idle and 200 slow clients, over alone', `${(beside.rate / before.rate).toFixed(2)} x`, '', `(p99 ${beside.p99.toFixed(1)} ms, alone ${before.p99.toFixed(1)} ms; ${((anonymous(server.child.pid) - memory) / 1024).toFixed(1)} MB for them)`)
  for (const s of sockets) s.destroy()
}

async function flatMemory(server, page) {
  const spread = ['/', '/browse', '/cue', '/search?q=fraud', page]
  const script = scriptOf('memory.lua', spread.concat(Array.from({length: 50}, (_, i) => `/search?q=word${i}`)))
  load(server.url + '/', {seconds: 4, script})
  const first = anonymous(server.child.pid)
  let done = 0
  while (done < 200_000) done += load(server.url + '/', {seconds: 4, script}).rate * 4
  row(`memory after ${Math.round(done / 1000)},000 requests more (anonymous pages)`, `${((anonymous(server.child.pid) - first) / 1024).toFixed(1)} MB`, 'about 0', `(${(first / 1024).toFixed(1)} MB before)`)
}

export async function measureServer(hub) {
  const server = await serveHub(hub)
  const page = await besideNginx(hub, server)
  await besideFossil(server, page)
  await searching(server)
  await slowHandler()
  await manyClients(server, page)
  await flatMemory(server, page)
  await stop(server)
  await writing(hub)
}
