// The OpenAPI document holds: it is valid, it says of every address what is true, and nothing that it does not speak of breaks the server.
import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import http from 'node:http'
import {createRequire} from 'node:module'
import net from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {eventually, startHub, starter, unescaped} from './hub.mjs'
import {address, flaw, inPlace, record, requests, webhookOf} from './operations.mjs'
import {nobody, person} from './people.mjs'

const packages = ['@redocly/cli@1.34.5', 'ajv@8.17.1', 'ajv-formats@3.0.1']
let hub, max, coco, document, operations, ajv, tools
before(async () => {
  tools = mkdtempSync(join(tmpdir(), 'polder-npm-'))
  writeFileSync(join(tools, 'package.json'), '{"private":true}')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent', ...packages], {cwd: tools, stdio: ['ignore', 'ignore', 'inherit']})
  hub = await startHub({import: [starter], conf: '[limits]\nreads_anonymous = 0\nreads = 0\nwrites = 0\n'})
  max = person(hub, 'max', 'member')
  coco = person(hub, 'coco', 'coordinator')
  document = (await nobody(hub).done(200, 'GET', '/openapi.json')).body
  operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, o]) => ({path, method: method.toUpperCase(), ...o})))
  const load = createRequire(join(tools, 'package.json'))
  const Ajv = load('ajv/dist/2020').default
  ajv = new Ajv({strict: false, allErrors: false})
  load('ajv-formats').default(ajv)
  ajv.addFormat('binary', true)
  ajv.addSchema(document, 'api.json')
})
after(async () => {
  if (hub) await hub.stop()
  if (tools) rmSync(tools, {recursive: true, force: true})
})

const pointer = (...parts) => parts.map((part) => `/${encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')
const compiled = new Map()
function conforms(place, value, words) {
  if (!compiled.has(place)) compiled.set(place, ajv.compile({$ref: `api.json#${place}`}))
  const valid = compiled.get(place)
  assert.ok(valid(value), `${words}: ${JSON.stringify(valid.errors)}\n${JSON.stringify(value).slice(0, 2000)}`)
}

// An answer is one that the document speaks of, and has the form that it gives there.
function asDocumented(o, answer, words) {
  const declared = o.responses[answer.status]
  assert.ok(declared, `${words}: ${answer.status} is not documented\n${answer.text?.slice(0, 500)}`)
  const type = (answer.headers['content-type'] ?? '').split(';')[0]
  const response = declared.$ref ? document.components.responses[declared.$ref.split('/').at(-1)] : declared
  if (!response.content) return
  assert.ok(response.content[type] ?? response.content['*/*'], `${words}: ${type} is not documented`)
  if (!response.content[type]) return
  const place = declared.$ref ? pointer('components', 'responses', answer.status) : pointer('paths', o.path, o.method.toLowerCase(), 'responses', answer.status)
  conforms(place + pointer('content', type, 'schema'), answer.body, words)
}

test('the document is valid', () => {
  const file = join(tools, 'openapi.json')
  writeFileSync(file, JSON.stringify(document))
  const r = spawnSync('npx', ['--no-install', 'redocly', 'lint', '--format=json', file], {cwd: tools, encoding: 'utf8', env: {...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true'}})
  const found = JSON.parse(r.stdout)
  assert.equal(r.status, 0, JSON.stringify(found.problems, null, 1).slice(0, 3000))
  assert.equal(found.totals.errors, 0)
  assert.equal(document.openapi, '3.1.0')
})

test('every schema in it compiles, and has each kind', () => {
  for (const name of Object.keys(document.components.schemas)) ajv.compile({$ref: `api.json${'#'}${pointer('components', 'schemas', name)}`})
  for (const kind of ['use', 'incident', 'report', 'case', 'advisory', 'lesson']) assert.ok(document.components.schemas[kind], kind)
  assert.ok(document.components.schemas['common.reference'])
  assert.ok(!JSON.stringify(document).includes('urn:polder:common#'))
})

test('it has the addresses that are served, and no others', () => {
  const plain = (path) => path.replace('...', '')
  const served = hub.polder('admin', 'routes', '--json').filter((one) => /^\/api\/v1(\/|$)/.test(one.path)).map((one) => `${one.method} ${plain(one.path)} ${one.name}`)
  assert.deepEqual(operations.map((o) => `${o.method} ${o.path} ${o.operationId}`).sort(), served.sort())
})

test('the parameters are those of the tables', () => {
  for (const route of hub.polder('admin', 'routes', '--json')) {
    const o = operations.find((one) => one.operationId === route.name)
    if (!o) continue
    assert.deepEqual(o.parameters.map((p) => `${p.in} ${p.name.toLowerCase()}`), route.params.map((p) => `${p.in} ${p.name}`), route.name)
    for (const p of o.parameters) if (p.in === 'path') assert.ok(p.required && o.path.includes(`{${p.name}}`))
    assert.equal(o.requestBody !== undefined, route.body_max > 0, route.name)
  }
})

test('the page /api shows every operation, and its examples work as they stand', async () => {
  const page = await hub.get('/api')
  assert.equal(page.status, 200)
  for (const o of operations) assert.ok(page.text.includes(`id="${o.operationId}"`), o.operationId)
  const lines = [...page.text.matchAll(/<code>(curl [^<]*)<\/code>/g)].map((one) => unescaped(one[1]))
  assert.equal(lines.length, operations.length)
  for (const line of lines) {
    if (/ -X |\/files\/|\/dispute'|\/access\/check'|Authorization/.test(line)) continue
    const r = spawnSync('sh', ['-c', line.replace('curl ', 'curl -sS -o /dev/null -w "%{http_code}" ').replace('127.0.0.1:8420', `${hub.host}:${hub.port}`)], {encoding: 'utf8'})
    assert.equal(r.stdout, '200', `${line}: ${r.stdout}${r.stderr}`)
  }
  const one = await coco.done(200, 'GET', '/records/CUE-0001')
  const sent = await coco.done(201, 'POST', '/reports', flaw('anonymous'))
  for (const line of lines.filter((text) => / -X /.test(text) && !/PUT|moves|acts|erasure|disputes|reveals|\/requests|\/case'/.test(text))) {
    const {webhook, delivery} = await webhookOf(coco)
    const r = spawnSync('sh', ['-c', line.replace('curl ', 'curl -sS -o /dev/null -w "%{http_code}" ').replace('127.0.0.1:8420', `${hub.host}:${hub.port}`)
      .replace(/wh_[0-9a-z]+/, webhook).replace(/msg_[0-9a-z]+/, delivery).replace('"…"', (await coco.get('/records/CUE-0001')).headers.etag)], {encoding: 'utf8', env: {...process.env, TOKEN: coco.token, RECEIPT: sent.body.receipt}})
    assert.match(r.stdout, /^20[012]$/, `${line}: ${r.stdout}${r.stderr} ${one.body.etag}`)
  }
})

test('every operation answers a good request as it says', async () => {
  for (const o of operations) {
    const request = await inPlace(requests[o.operationId]?.(await record(max)), max)
    assert.ok(request, `tests/integration/operations.mjs has no request for ${o.operationId}`)
    const answer = await (request.by ? coco : max).send(o.method, address(o.path, request), request.body, request.headers)
    assert.ok(answer.status < 300 || answer.status === request.refused, `${o.operationId}: ${answer.status} ${answer.text}`)
    asDocumented(o, answer, o.operationId)
    assert.equal(answer.headers['ratelimit-limit'], undefined)
  }
})

test('a public record, its history and links have the declared form', async () => {
  for (const id of ['CUE-0001', 'CUE-0026']) {
    const {body} = await nobody(hub).done(200, 'GET', `/records/${id}`)
    conforms('/components/schemas/Record', body, id)
  }
  for (const [path, schema] of [['/records?limit=200', 'Line'], ['/search?q=ai&limit=100', 'Hit']])
    for (const item of (await nobody(hub).done(200, 'GET', path)).body.items) conforms(`/components/schemas/${schema}`, item, path)
})

// ---- hostile requests ----

let seed = 20260101
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor((seed / 2 ** 32) * n)
}
const pick = (list) => list[random(list.length)]

const strings = ['', ' ', '\u0000', '\ufeff', 'a'.repeat(5000), "'; DROP TABLE record; --", '" OR 1=1', '%s%n%x', '../../etc/passwd', '<script>alert(1)</script>', '\ud83d\ude00'.repeat(50),
  '-1', '0', '1e999', 'null', 'true', '[]', '{}', '$(id)', '`id`', '\r\nX-Injected: 1', 'R-0000-0000', 'CUE-0001', '*', '\\', '\u202e', '0'.repeat(400), 'NaN', '☃', '%', '%00', 'a,b,,c', 'body.'.repeat(10)]
const values = () => pick([null, true, false, 0, -1, 1e308, 2 ** 53, 0.1, '', [], {}, [[]], {a: {b: {}}}, ...strings, Array(300).fill(1), Array(2000).fill('x'), {'': ''}, {__proto__: 1}, {$ref: '#'}])

function mutated(v, depth = 0) {
  const what = random(10)
  if (what < 2 || depth > 5) return values()
  if (Array.isArray(v)) {
    const copy = v.map((item) => (random(3) ? item : mutated(item, depth + 1)))
    if (what === 3) copy.push(values())
    return copy
  }
  if (v && typeof v === 'object') {
    const copy = {...v}
    for (const name of Object.keys(copy)) if (!random(2)) copy[name] = mutated(copy[name], depth + 1)
    if (what === 3) copy[pick(strings).slice(0, 50)] = values()
    if (what === 4) delete copy[pick(Object.keys(copy))]
    return copy
  }
  return values()
}

const nested = (n, open, close) => open.repeat(n) + close.repeat(n)
function brokenText(text) {
  const bytes = Buffer.from(text)
  switch (random(14)) {
    case 0: return bytes.subarray(0, random(bytes.length + 1))
    case 1: return Buffer.concat([bytes, Buffer.from('}')])
    case 2: return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])
    case 3: return Buffer.from(bytes.map((b) => (random(20) ? b : random(256))))
    case 4: return Buffer.from(nested(100000, '[', ']'))
    case 5: return Buffer.from(nested(70, '{"a":', '}').replace('}', '1}'))
    case 6: return Buffer.from('{"kind":"lesson","kind":"lesson"}')
    case 7: return Buffer.from('{"move":"\ud800","text":"\ud800"}'.replace(/\ud800/g, '\\ud800'))
    case 8: return Buffer.from(`{"text":${'9'.repeat(400)}}`)
    case 9: return Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe, 0xc0, 0xaf]), Buffer.from('"}')])
    case 10: return Buffer.from(`[${'1,'.repeat(40000)}1]`)
    case 11: return Buffer.from('{"a":1e999}')
    case 12: return Buffer.from('\u0000')
    default: return Buffer.from(JSON.stringify({text: 'x'.repeat(60000)}))
  }
}

const types = ['application/json', 'application/merge-patch+json', 'text/plain', '', 'application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=x',
  'application/json; charset=utf-16', 'application/x-ndjson', 'image/png', 'application/JSON', ';', 'a'.repeat(300)]
const forms = ['--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--x--', '--x\r\n\r\n--x--', '--x', '--x\r\nContent-Disposition: form-data; name="audiences"\r\n\r\n\xff\r\n--x--',
  `${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(5100)}--x--`]

function hostile(o, good) {
  const request = structuredClone(good)
  const headers = {...request.headers}
  let body = request.body, query = request.query ?? ''
  const path = {...request.path}
  const ways = 1 + random(3)
  for (let i = 0; i < ways; i++) {
    switch (random(8)) {
      case 0: for (const name of Object.keys(path)) if (random(2)) path[name] = pick(strings).slice(0, 400) || '-'; break
      case 1: query += `&${encodeURIComponent(pick(['limit', 'cursor', 'kind', 'fields', 'page', 'q', 'note', 'name', 'state', 'year', 'colour', '__proto__']))}=${encodeURIComponent(pick(strings))}`; break
      case 2: query += pick(['&%', '&a=%zz', '&=', '&&', '&limit=1&limit=2', '&%00=1', '&q=%ff', '&fields=title.', `&${'a='.repeat(1000)}`]); break
      case 3: headers['content-type'] = pick(types); break
      case 4: headers['if-match'] = pick(['', '*', '"', 'W/"x"', '"a", "b"', 'x'.repeat(2000), '""', '"\u00ff"']); break
      case 5: headers['idempotency-key'] = pick(['', 'x'.repeat(300), '\u00ff', 'same', '"quoted"', ' ']); break
      case 6: if (o.requestBody && !(body instanceof Uint8Array)) body = mutated(typeof body === 'string' ? {text: body} : body); break
      default: if (o.requestBody) body = random(4) ? brokenText(typeof body === 'string' ? body : JSON.stringify(body)) : Buffer.from(pick(forms), 'latin1')
    }
  }
  if (body !== undefined && !(body instanceof Uint8Array) && typeof body !== 'string') body = JSON.stringify(body) ?? 'undefined'
  const type = o.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return {path: address(o.path, {path, query: query.replace(/^&/, '')}), body, headers: {...(body !== undefined && {'content-type': type}), ...headers}}
}

const agent = new http.Agent({keepAlive: true, maxSockets: 8})
after(() => agent.destroy())
function send(method, {path, body, headers}) {
  return new Promise((done, failed) => {
    const request = http.request({host: hub.host, port: hub.port, path, method, agent, timeout: 20000,
      headers: {accept: 'application/json', authorization: `Bearer ${max.token}`, ...(body !== undefined && {'content-length': Buffer.byteLength(body)}), ...headers}}, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', failed)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const json = /json/.test(response.headers['content-type'] ?? '') && text
        done({status: response.statusCode, headers: response.headers, text, body: json ? JSON.parse(text) : undefined})
      })
    })
    request.on('timeout', () => request.destroy(new Error('no answer within 20 s')))
    request.on('error', failed)
    request.end(body)
  })
}

// What the server answers before it knows the operation.
const early = new Set([400, 404, 405, 413, 414, 431])

async function storm(n) {
  const counts = {}
  const records = [await record(max), await record(max, {publish: coco}), await record(max)]
  const jobs = [...Array(n)].map(() => {
    const o = pick(operations)
    let request
    do {
      try {
        request = hostile(o, requests[o.operationId](pick(records)))
        for (const [name, value] of Object.entries(request.headers)) http.validateHeaderValue(name, value) /* what node itself refuses to send */
        if (/[^\x21-\x7e]/.test(request.path)) request = undefined
        /* A longer one is refused by its length; whether a client that goes on sending reads why is up to the client. */
        if (request?.body?.length > 1 << 20) request = undefined
      } catch {
        request = undefined
      }
    } while (!request)
    return {o, request}
  })
  let next = 0
  await Promise.all([...Array(8)].map(async () => {
    while (next < jobs.length) {
      const {o, request} = jobs[next++]
      const words = `${o.method} ${request.path.slice(0, 200)} (${request.body === undefined ? 'no body' : Buffer.byteLength(request.body)}) ${JSON.stringify(request.headers).slice(0, 300)} ${String(request.body).slice(0, 300)}`
      const answer = await send(o.method, request).catch((e) => assert.fail(`${words}: ${e.message}`))
      counts[answer.status] = (counts[answer.status] ?? 0) + 1
      assert.ok(answer.status < 500, `${words}: ${answer.status} ${answer.text}`)
      if (answer.status >= 400 && !o.responses[answer.status]) assert.ok(early.has(answer.status), `${words}: ${answer.status} is not documented`)
      if (answer.status >= 400) conforms('/components/schemas/Problem', answer.body, words)
      else asDocumented(o, answer, words)
    }
  }))
  return counts
}

test('thousands of hostile requests are all answered, none with a failure, in memory that does not grow', {timeout: 280_000}, async () => {
  const rounds = []
  const total = Number(process.env.POLDER_HOSTILE ?? 4000)
  let counts = {}
  for (let i = 0; i < 4; i++) {
    for (const [status, n] of Object.entries(await storm(total / 4))) counts[status] = (counts[status] ?? 0) + n
    rounds.push(hub.memory() >> 20)
  }
  console.log(`${total} requests: ${JSON.stringify(counts)}; memory in MB after each quarter: ${rounds.join(', ')}`)
  assert.ok(counts[200] > 0 && counts[422] > 0 && counts[400] > 0 && counts[415] > 0)
  assert.ok(rounds[3] - rounds[1] < 40, `memory grew: ${rounds.join(', ')} MB`)
})

test('bodies that are cut off, and connections that say nothing more, do no harm', async () => {
  const write = (text, end) => new Promise((done) => {
    const socket = net.connect(hub.port, hub.host, () => {
      socket.write(text)
      if (end) socket.end()
      setTimeout(() => socket.destroy(), 30)
    })
    socket.on('error', () => {})
    socket.on('close', done)
  })
  const head = (o, length) => `${o.method} ${address(o.path, {path: {id: 'CUE-0001', kind: 'use', sha256: 'a'}})} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${max.token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  for (const o of operations.filter((one) => one.requestBody))
    for (const end of [true, false]) {
      await write(`${head(o, 1000)}{"kind":`, end)
      await write(head(o, 10), end)
      await write(`${head(o, 1).replace('Content-Length: 1', 'Transfer-Encoding: chunked')}zz\r\n`, end)
      await write(`${head(o, 1).replace('Content-Length: 1', 'Transfer-Encoding: chunked')}5\r\n{"a`, end)
    }
  await nobody(hub).done(200, 'GET', '/health')
})

test('an upload that breaks off leaves no file, no row and no open descriptor behind', async () => {
  const {body: made} = await max.done(201, 'POST', '/records', {kind: 'lesson', body: {title: 'To be given a file', lesson: 'Whole or not at all.'}})
  const files = () => readdirSync(join(hub.dir, 'files'), {recursive: true}).sort(), descriptors = () => readdirSync(`/proc/${hub.process.pid}/fd`).length
  await max.done(201, 'POST', `/records/${made.uid}/files?name=whole.bin`, Buffer.alloc(3 << 20, 7), {'content-type': 'application/octet-stream'}) /* what a first one opens stays open */
  const before = [files(), descriptors()]
  for (const part of [1, 1000, 100_000, (2 << 20) - 1])
    await new Promise((done) => {
      const socket = net.connect(hub.port, hub.host, () => {
        socket.write(`POST /api/v1/records/${made.uid}/files?name=broken.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${max.token}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${2 << 20}\r\n\r\n`)
        socket.write(Buffer.alloc(part, 9), () => setTimeout(() => socket.destroy(), 50))
      })
      socket.on('error', () => {})
      socket.on('close', done)
    })
  await eventually(() => descriptors() <= before[1], 'the descriptors are given back')
  assert.deepEqual(files(), before[0])
  const {body} = await max.done(200, 'GET', `/records/${made.uid}`)
  assert.deepEqual(body.files.map((f) => f.name), ['whole.bin'])
})

test('afterwards the hub is whole', async () => {
  assert.match(hub.polder('admin', 'check'), / 0 findings/)
  assert.equal(hub.errors, '')
})
