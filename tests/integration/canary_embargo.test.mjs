// A word of its own in every place where text of a confidential matter can stand: reports, case, drafts, messages, files, acts, people. In each phase of an
// embargo's life every way out is read by everyone, and no word stands before anybody who may not read it. The public's answers are those of a twin hub
// to which the report never came, byte by byte, until there is something to publish.
import assert from 'node:assert/strict'
import {cpSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, test} from 'node:test'
import {addresses, close, each, knowing, lists, tablesOf} from './crawler.mjs'
import {Matter, PHASES, ROLES} from './embargo.mjs'
import {startHub} from './hub.mjs'

const conf = '[hub]\nurl = https://hub.example.org\n[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n[panel]\nseats = 1\nquorum = 1\n'
let hub, twin, matter, routes
before(async () => {
  hub = await startHub({conf, logged: true})
  routes = hub.polder('admin', 'routes', '--json')
  matter = new Matter(hub)
  await matter.people()
  // The twin: the same hub, people and keys, from before the report came.
  await hub.end()
  twin = Object.create(Object.getPrototypeOf(hub))
  twin.folder = mkdtempSync(join(tmpdir(), 'polder-twin-'))
  twin.dir = join(twin.folder, 'hub')
  cpSync(hub.dir, twin.dir, {recursive: true})
  await Promise.all([hub.serve(), twin.serve()])
})
after(async () => {
  close()
  await hub?.stop()
  await twin?.stop()
})

// One crawl by everyone in the present phase; what leaked, told once for each word and address without its ids.
async function crawl() {
  const acts = Object.keys((await hub.json('/api/v1/acts')).body.acts ?? {}), told = new Map(), counts = {}
  const known = knowing(await matter.known(), {...tables, acts})
  const all = addresses(routes, known)
  const words = [...matter.words.keys()]
  for (const role of Object.keys(ROLES))
    for (const {how, pages, api} of matter.ways(role)) {
      const sample = words.filter((_, i) => (i + role.length) % 60 === 0)
      const list = [...all, ...lists(sample)].filter((path) => (path.startsWith('/api/') ? api : pages)).map((path) => ({path, headers: path.startsWith('/api/') ? api : pages}))
      counts[role] = (counts[role] ?? 0) + list.length
      await each(hub, list, (answer) => {
        if (answer.status >= 500) told.set(`${role}: ${answer.path} answers ${answer.status}`, answer.path)
        for (const what of matter.leaks(role, answer)) told.set(`${role} (${how}) reads ${what.replace(/\(.*/, '')}at ${answer.path.replace(/[RGUA]-[\w-]+/, '…')}`, answer.path)
      })
    }
  requests += Object.values(counts).reduce((sum, n) => sum + n, 0)
  return [...told.keys()].sort()
}

let requests = 0, tables
for (const [i, phase] of PHASES.entries())
  test(`nobody reads what is not theirs, in phase ${i + 1} of an embargo: ${phase}`, async () => {
    tables ??= tablesOf(hub)
    matter.phase = i
    await matter[phase]()
    const leaks = await crawl()
    assert.deepEqual(leaks, [])
  })
