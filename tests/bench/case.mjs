// The page of a large case: 285 organizations take part (as many as a coordinator once asked into one case), 5,000 messages, an embargo that all
// agreed to. As a coordinator, who reads everything, and as a party reads it.
//
//	node case.mjs BUILD-FOLDER        by itself, or as the part "case" of run.mjs
import {existsSync} from 'node:fs'
import http from 'node:http'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const PARTIES = 285, MESSAGES = 5000, PEOPLE = 10, WRITERS = 16, LOOKS = 400

// So many at a time; each is given its number.
async function many(n, work) {
  let next = 0
  await Promise.all(Array.from({length: WRITERS}, async () => {
    while (next < n) await work(next++)
  }))
}

async function fill(hub, people, person) {
  const coco = person(hub, 'coco', 'coordinator')
  const created = async (kind, body, moved) => {
    const {uid} = (await coco.done(201, 'POST', '/records', {kind, body})).body
    if (moved) await coco.done(200, 'POST', `/records/${uid}/moves`, {move: moved})
    return uid
  }
  const organizations = []
  await many(PARTIES, async (i) => (organizations[i] = await created('organization', {name: `Vendor ${String(i + 1).padStart(3, '0')}`, type: 'company'}, 'publish')))
  const system = await created('system', {name: 'A library that all of them build on', type: 'package'}, 'publish')
  const one = await created('case', {title: 'One flaw, many vendors', summary: 'It stands in what all of them build on.'})
  await coco.done(201, 'POST', `/records/${one}/links`, {rel: 'affects', target: system})
  const act = (who, name, args) => who.done(200, 'POST', `/records/${one}/acts`, {act: name, args})
  for (const subject of organizations) await act(coco, 'participant.ask', {subject, part: 'developer'})
  for (let i = 0; i < PEOPLE; i++) {
    people.push(person(hub, `vendor${i}`, 'member'))
    hub.polder('admin', 'set-role', `vendor${i}`, 'member', '--organization', organizations[i])
  }
  await act(coco, 'embargo.propose', {until: new Date(Date.now() + 30 * 86400000).toISOString().slice(0, 19) + 'Z', time_zone: 'Europe/Amsterdam', reason: 'Fixes take time.'})
  await many(PARTIES, async (i) => {
    await act(coco, 'embargo.accept', {for: organizations[i]})
    if (i % 2) return
    await act(coco, 'report.judge', {for: organizations[i], move: 'validate'})
    await act(coco, 'status.set', {for: organizations[i], system, status: ['affected', 'not-affected', 'under-investigation', 'fixed'][i % 4], versions: '2.0 to 2.7',
      justification: 'What was changed is not built in.'})
  })
  const writers = [coco, ...people]
  const threads = []
  await many(MESSAGES, async (i) => {
    const parent = i >= 500 ? threads[i % 500] : undefined
    const sent = await writers[i % writers.length].done(201, 'POST', `/records/${one}/comments`, {text: `Message ${i}: our build of the library is affected from 2.0 on; a fix is in review. `.repeat(3),
      audiences: ['parties'], ...(parent && {parent})})
    if (i < 500) threads[i] = sent.body.sequence
  })
  return {coco, one}
}

// One request after another over one connection; milliseconds.
async function looks(hub, path, headers) {
  const agent = new http.Agent({keepAlive: true, maxSockets: 1}), times = []
  let bytes = 0, text = ''
  for (let i = 0; i < LOOKS + 20; i++) {
    const began = process.hrtime.bigint()
    await new Promise((done, failed) => http.get({agent, host: hub.host, port: hub.port, path, headers: {accept: 'text/html', ...headers}}, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        if (answer.statusCode !== 200) return failed(new Error(`${path}: ${answer.statusCode}`))
        text = i ? text : Buffer.concat(parts).toString()
        bytes = parts.reduce((sum, part) => sum + part.length, 0)
        done()
      })
    }).on('error', failed))
    if (i >= 20) times.push(Number(process.hrtime.bigint() - began) / 1e6)
  }
  agent.destroy()
  times.sort((a, b) => a - b)
  return {p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)], bytes, text}
}

export async function measureCase(build, row) {
  process.env.POLDER_BUILD = resolve(build)
  const {startHub} = await import('../integration/hub.mjs')
  const {person} = await import('../integration/people.mjs')
  const {Browser} = await import('../integration/browser.mjs')
  const hub = await startHub({conf: '[limits]\nwrites = 0\nreads = 0\n'})
  try {
    const people = []
    const began = Date.now()
    const {coco, one} = await fill(hub, people, person)
    console.log(`a case of ${PARTIES} parties and ${MESSAGES} messages, made over the API in ${((Date.now() - began) / 1000).toFixed(1)} s`)
    for (const [role, who] of [['a coordinator', coco], ['a party', people[0]]]) {
      const {cookie} = await new Browser(hub).signIn(who.login)
      const page = await looks(hub, `/r/${one}/room`, {cookie})
      if (!page.text.includes('Vendor 285') && role === 'a coordinator') throw new Error('the page lacks a party')
      row(`page of that case as ${role} reads it, p99`, `${page.p99.toFixed(1)} ms`, '30 ms', `(p50 ${page.p50.toFixed(1)} ms, ${Math.round(page.bytes / 1024)} KiB)`)
      const data = await looks(hub, `/api/v1/records/${one}/room`, {accept: 'application/json', authorization: `Bearer ${who.token}`})
      row(`the same as JSON, p99`, `${data.p99.toFixed(1)} ms`, '30 ms', `(p50 ${data.p50.toFixed(1)} ms, ${Math.round(data.bytes / 1024)} KiB)`)
    }
  } finally {
    await hub.stop()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = process.argv[2] ?? 'build'
  if (!existsSync(join(build, 'polder-hub'))) throw new Error(`there is no polder-hub in ${build}`)
  await measureCase(build, (what, value, target, note) => console.log(`${what.padEnd(62)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`))
}
