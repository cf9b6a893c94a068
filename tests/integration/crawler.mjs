// Every address of the tables, with all names that are known in its path, asked for over connections that are kept, eight at a time.
import http from 'node:http'

export const PARALLEL = 8
const agent = new http.Agent({keepAlive: true, maxSockets: PARALLEL})
export const close = () => agent.destroy()

export function ask(hub, path, {method = 'GET', headers = {}, body} = {}) {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
  return new Promise((done, failed) => {
    const request = http.request({agent, host: hub.host, port: hub.port, path, method, headers: {accept: path.startsWith('/api') ? 'application/json' : 'text/html',
      ...(bytes && {'content-type': 'application/json', 'content-length': bytes.length}), ...headers}}, (r) => {
      const parts = []
      r.on('data', (part) => parts.push(part))
      r.on('end', () => done({path, method, status: r.statusCode, headers: r.headers, text: Buffer.concat(parts).toString('utf8')}))
    })
    request.on('error', failed)
    request.end(bytes)
  })
}

// Calls `look` with the answer to each request of a list.
export async function each(hub, list, look) {
  let next = 0
  await Promise.all(Array.from({length: PARALLEL}, async () => {
    while (next < list.length) {
      const one = list[next++]
      await look(await ask(hub, one.path, one), one)
    }
  }))
}

// routes: of `polder admin routes --json`. known: {any: {parameter: values}, of: {'name of a route': {parameter: values}}}, the second where the route's differ.
// Addresses that end or change something are no GET; the rest of the tables is taken whole.
export function addresses(routes, known) {
  const out = []
  for (const {method, path, name} of routes) {
    if (method !== 'GET') continue
    let filled = [path]
    for (const [whole, parameter] of path.matchAll(/\{([^}.]+)(?:\.\.\.)?\}/g)) {
      const values = known.of[name]?.[parameter] ?? known.any[parameter]
      if (!values) throw new Error(`nothing is known for ${parameter} of ${path} (${name})`)
      filled = filled.flatMap((one) => values.map((value) => one.replace(whole, encodeURIComponent(value))))
    }
    out.push(...filled)
  }
  return out
}

// Values for each parameter of the paths: ids of records, digests of files, people, organizations, grants, webhooks, as they are known.
export function knowing({ids, digests, organizations, people, grants, hooks}, {kinds, tables, acts}) {
  const some = (list, otherwise) => (list?.length ? list : [otherwise])
  const grant = {id: some(grants, 'G-0000-0000')}, hook = {id: some(hooks, 'wh_0')}
  return {
    any: {id: some(ids, 'R-0000-0000'), uid: some(ids, 'R-0000-0000'), sha256: some(digests, '0'.repeat(64)), grant: grant.id, kind: kinds.map((k) => k.kind), path: kinds.map((k) => k.path),
      table: tables, act: acts, rest: ['nothing'], n: ['0', '1'], leaf: ['0', '1'], event: ['0', '1', '20'], code: ['0'.repeat(25)], token: ['0'.repeat(40)], part: ['1'], file: ['nothing.css']},
    of: {notice: {id: ['1', '2', '3', '10', '20']}, members: {id: some(organizations, 'R-0000-0000')}, 'admin-account': {id: some(people, 'U-0000-0000')}, grant, 'grant-json': grant,
      'log-tile': {path: ['0', 'entries']}, 'hubs-record': {path: ['TST/R-0000-0000', 'nowhere/R-0000-0000']}, webhook: hook, 'webhook-api': hook, 'webhook-deliveries': hook},
  }
}

// What the tables and kinds of a hub have.
export async function tablesOf(hub) {
  return {kinds: hub.polder('kinds', '--json').map(({kind}) => ({kind, path: hub.polder('kinds', kind, '--json').path})), tables: hub.polder('tables', '--json').items.map((t) => t.table),
    acts: (await hub.json('/api/v1/acts')).body.items.map((act) => act.name)}
}

// Lists and searches with what narrows them.
export const lists = (words) => ['/api/v1/records?limit=200', ...['report', 'case', 'advisory', 'lesson', 'dispute', 'organization'].flatMap((kind) => [`/api/v1/records?kind=${kind}&limit=200`, `/api/v1/facets?kind=${kind}`, `/search?q=example&kind=${kind}`]),
  '/api/v1/search?q=example&limit=100', '/search?q=vendor', '/api/v1/disputes?limit=100', '/api/v1/policies/compare?id=policy', ...words.flatMap((word) => [`/search?q=${word}`, `/api/v1/search?q=${word}`, `/search/feed.atom?q=${word}`])]

// An address without the names in it.
export const shape = (path) => path.replace(/\b[RGUA]-\w{4}-\w{4}|[0-9a-f]{64}|zq\w+x\d+x/g, '…')

// A crawl by everyone who has to do with a matter (embargo.mjs), in its present phase: what leaked, told once for each sort of address, and how many requests.
// every: of how many words one is searched for.
export async function crawl(matter, routes, about, every = 60) {
  const told = new Set(), all = addresses(routes, knowing(await matter.known(), about)), words = [...matter.words.keys()]
  let n = 0
  for (const role of Object.keys(matter.cookies))
    for (const {how, pages, api} of matter.ways(role)) {
      const sought = words.filter((_, i) => (i + role.length) % every === 0)
      const list = [...all, ...lists(sought)].map((path) => ({path, headers: path.startsWith('/api/') ? api : pages})).filter((one) => one.headers)
      n += list.length
      await each(matter.hub, list, (answer) => {
        if (answer.status >= 500) told.add(`${role}: ${answer.path} answers ${answer.status}`)
        for (const what of matter.leaks(role, answer)) told.add(`${role} (${how}) reads ${what} at ${shape(answer.path)}`)
        const word = answer.path.match(/^\/api\/v1\/search\?q=(zq.*)/)?.[1]
        if (word && !matter.words.get(word).readers(matter.phase).includes('public') && JSON.parse(answer.text).total) told.add(`${role} finds ${word}`)
      })
    }
  return {leaks: [...told].sort(), n}
}
