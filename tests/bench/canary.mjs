// How sure it is that nothing leaks: matters under embargo, each read by everyone over every route in every phase, each
// searched for by many of its words. Routes, roles, phases, requests, and what leaked, which is to be nothing.
//
//	node canary.mjs BUILD-FOLDER        by itself, or as the part "canary" of run.mjs
import {existsSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const MATTERS = 3, EVERY = 6

export async function measureCanary(build, row) {
  process.env.POLDER_BUILD = resolve(build)
  const {close, crawl, tablesOf} = await import('../integration/crawler.mjs')
  const {Matter, PHASES, ROLES} = await import('../integration/embargo.mjs')
  const {startHub} = await import('../integration/hub.mjs')
  let requests = 0, words = 0, routes, seconds = 0
  const leaks = []
  for (let i = 0; i < MATTERS; i++) {
    const hub = await startHub({conf: '[hub]\nurl = https://hub.example.org\n[limits]\nwrites = 0\nreads = 0\nreads_anonymous = 0\n[panel]\nseats = 1\nquorum = 1\n'})
    try {
      routes = hub.polder('admin', 'routes', '--json')
      const matter = new Matter(hub)
      await matter.people()
      const about = await tablesOf(hub)
      for (const [phase, name] of PHASES.entries()) {
        matter.phase = phase
        await matter[name]()
        const began = process.hrtime.bigint(), found = await crawl(matter, routes, about, EVERY + i)
        seconds += Number(process.hrtime.bigint() - began) / 1e9
        requests += found.n
        leaks.push(...found.leaks)
      }
      words += matter.words.size
    } finally {
      await hub.stop()
    }
  }
  close()
  const gets = routes.filter(({method}) => method === 'GET').length
  row('words of confidential matters that reached no wrong reader', `${leaks.length} leaks`, '0', `(${words} words, ${requests} requests: ${gets} routes x ${Object.keys(ROLES).length} roles x ${PHASES.length} times, ${MATTERS} hubs; ${Math.round(requests / seconds)} requests/s)`)
  for (const leak of leaks.slice(0, 20)) console.log(`  ${leak}`)
  if (leaks.length) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = process.argv[2] ?? 'build'
  if (!existsSync(join(build, 'polder-hub'))) throw new Error(`there is no polder-hub in ${build}`)
  await measureCanary(build, (what, value, target, note) => console.log(`${what.padEnd(62)} ${String(value).padStart(16)}   ${target ? `target ${target}` : ''} ${note}`))
}
