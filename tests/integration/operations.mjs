// A request that each operation of the API must answer well, for the tests that drive them all. A new operation wants a line here.
import assert from 'node:assert/strict'

export const lesson = (more = {}) => ({kind: 'lesson', body: {title: 'Test the filters too', lesson: 'A filter is a part of the system.', ...more}})

// A report that may be sent: a vulnerability, unless told otherwise.
export const flaw = (how, more = {}) => ({how, body: {title: 'Chat gives out its instructions', description: 'Asked in verse, it recites them.',
  classification: {real_world_harm: false, malicious_actor: true, csam: false}, systems: [{name: 'Example Chat'}], severity: 'medium', steps_to_reproduce: 'Ask in verse.',
  attacker: {objectives: 'to learn them'}, disclosure: {intent: 'no'}, confirmed: true, ...(how === 'pseudonym' && {reporter: {name: 'watchful'}}), ...more}})

// Webhooks that are never reached. The first stays, whatever is done to those after it.
const hook = () => ({url: 'https://127.0.0.1:9/hook', note: 'of the test'})
export async function webhookOf(who) {
  const {items} = (await who.done(200, 'GET', '/webhooks')).body
  for (const one of items.slice(10)) await who.done(200, 'DELETE', `/webhooks/${one.id}`)
  const webhook = items[1]?.id ?? (await who.done(201, 'POST', '/webhooks', hook())).body.id
  const [delivery] = (await who.done(200, 'GET', `/webhooks/${webhook}/deliveries?limit=1`)).body.items
  return {webhook, delivery: delivery?.id ?? (await who.done(202, 'POST', `/webhooks/${webhook}/test`)).body.id}
}

// A fresh record of whom, and its version.
export async function fresh(who, more) {
  const {body} = await who.done(201, 'POST', '/records', lesson(more))
  return body
}

const versioned = (record) => ({'if-match': `"${record.etag}"`})

// Each gives {path: values of the path, query, body, headers} for a record (as `fresh` gives it) whose owner asks.
export const requests = {
  'api': () => ({}),
  'openapi': () => ({}),
  'health': () => ({}),
  'me': () => ({}),
  'my-notices': () => ({}),
  'my-notices-set': () => ({body: {mail: {messages: 'now', records: 'weekly'}, hour: 9}}),
  'webhooks-api': () => ({}),
  'webhook-new': () => ({body: hook()}),
  'webhook-api': (r) => ({path: {id: r.webhook}}),
  'webhook-edit': (r) => ({path: {id: r.webhook}, body: {note: 'said again', types: ['record.moved']}}),
  'webhook-remove': (r) => ({path: {id: r.webhook}}),
  'webhook-secret': (r) => ({path: {id: r.webhook}}),
  'webhook-test': (r) => ({path: {id: r.webhook}}),
  'webhook-deliveries': (r) => ({path: {id: r.webhook}, query: 'limit=5'}),
  'webhook-resend': (r) => ({path: {id: r.webhook, delivery: r.delivery}}),
  'api-kinds': () => ({}),
  'api-kind': () => ({path: {kind: 'use'}}),
  'api-schema': () => ({path: {kind: 'lesson'}}),
  'api-common': () => ({}),
  'api-records': () => ({query: 'kind=use&limit=7'}),
  'api-record': (r) => ({path: {id: r.uid}}),
  'api-history': (r) => ({path: {id: r.uid}}),
  'api-moves': (r) => ({path: {id: r.uid}}),
  'api-visibility': (r) => ({path: {id: r.uid}}),
  'api-preview': (r) => ({path: {id: r.uid}, query: 'as=parties'}),
  'set-visibility': (r) => ({path: {id: r.uid}, query: 'note=again', body: {rules: {'/tags': ['owner', 'coordinators']}}}),
  'api-acts': () => ({}),
  'api-record-acts': (r) => ({path: {id: r.uid}}),
  'api-decisions': (r) => ({path: {id: r.uid}}),
  'api-tables': () => ({}),
  'api-table': () => ({path: {table: 'harm-tier'}}),
  'api-table-decide': () => ({path: {table: 'harm-tier'}, query: 'severity=grave&people=few'}),
  'api-room': (r) => ({of: 'case', path: {id: r.uid}}),
  'api-messages': (r) => ({path: {id: r.uid}, query: 'limit=10'}),
  'act': (r) => ({of: 'case', path: {id: r.uid}, body: {act: 'task.add', args: {text: 'Look again'}}}),
  'erase': (r) => ({by: 'coordinator', path: {id: r.uid}, body: {reason: 'asked for', basis: 'Article 17'}}),
  'api-affects': () => ({query: 'name=example%2Fmodel'}),
  'api-statistics': () => ({}),
  'statistics-renew-now': () => ({by: 'coordinator'}),
  'api-record-clocks': (r) => ({path: {id: r.uid}}),
  'api-clocks': () => ({by: 'coordinator'}),
  'open-case': (r) => ({of: 'report', by: 'coordinator', path: {id: r.uid}, body: {title: 'A case'}}),
  'mark-read': (r) => ({path: {id: r.uid}, body: {up_to: 1}}),
  'api-releases': () => ({}),
  'api-release': (r) => ({of: 'release', path: {id: r.uid}}),
  'api-release-access': (r) => ({of: 'release', path: {id: r.uid}}),
  'api-release-check': (r) => ({of: 'release', path: {id: r.uid}}),
  'api-access-requests': (r) => ({of: 'release', path: {id: r.uid}, query: 'state=pending&limit=5'}),
  'api-access-export': (r) => ({of: 'release', path: {id: r.uid}, query: 'format=json'}),
  'api-access-mine': () => ({}),
  'access-ask': (r) => ({of: 'release', by: 'coordinator', path: {id: r.uid}, body: {answers: {purpose: 'To look.'}, terms: true}}),
  'access-decide': (r) => ({of: 'release', path: {id: r.uid}, body: {act: 'access.accept', requests: ['R-0000-0000']}}),
  'api-disputes': () => ({}),
  'api-dispute': (r) => ({of: 'dispute', path: {id: r.uid}}),
  'file-dispute': (r) => ({of: 'case', path: {id: r.uid}, body: {question: 'scope', statement: 'It is not.'}}),
  'api-file': (r) => ({path: {id: r.uid, sha256: r.file}}),
  'api-search': () => ({query: 'q=fraud&limit=5'}),
  'api-facets': () => ({query: 'kind=incident'}),
  'api-policies': () => ({query: 'level=3&limit=5'}),
  'api-policies-compare': () => ({query: 'id=policy:polder-default'}),
  'api-assessment': () => ({path: {id: 'policy:polder-default'}}),
  'api-grants': (r) => ({path: {id: r.uid}}),
  'create': () => ({body: lesson(), headers: {'idempotency-key': `key ${Math.random()}`}}),
  'revise': (r) => ({path: {id: r.uid}, query: 'note=again', body: lesson({tags: ['revised']}).body, headers: versioned(r)}),
  'patch': (r) => ({path: {id: r.uid}, body: {tags: ['patched']}, headers: versioned(r)}),
  'move': (r) => ({path: {id: r.uid}, body: r.state === 'draft' ? {move: 'publish'} : {move: 'withdraw', reason: 'no longer so'}}),
  'link': (r) => ({path: {id: r.uid}, body: {rel: 'concerns', target: 'CUE-0001'}}),
  'unlink': (r) => ({path: {id: r.uid}, body: {rel: 'concerns', target: 'CUE-0001'}}),
  'comment': (r) => ({path: {id: r.uid}, body: {text: 'Seen.', audiences: ['owner']}}),
  'attach': (r) => ({path: {id: r.uid}, query: 'name=notes.txt&audiences=owner', body: 'some notes', headers: {'content-type': 'text/plain'}}),
  'report-flaw': () => ({body: flaw('anonymous'), headers: {'idempotency-key': `a key that is hard to guess ${Math.random()}`}}),
  'receipt-status': (r) => ({headers: {receipt: r.receipt}}),
  'receipt-patch': (r) => ({body: {summary: 'In short.'}, headers: {receipt: r.receipt}}),
  'receipt-message': (r) => ({body: {text: 'It still happens.'}, headers: {receipt: r.receipt}}),
  'receipt-file': (r) => ({query: 'name=notes.txt', body: 'some notes', headers: {receipt: r.receipt, 'content-type': 'text/plain'}}),
  'receipt-move': (r) => ({body: {move: 'withdraw', reason: 'a mistake'}, headers: {receipt: r.receipt}}),
  'receipt-download': (r) => ({headers: {receipt: r.receipt}}),
  'api-hubs': () => ({}),
  'api-log': () => ({}),
  'api-log-check': () => ({body: {polder: 'receipt', version: 1}}),
  'api-record-log': (r) => ({path: {id: r.uid}}),
  'api-receipts': (r) => ({path: {id: r.uid}}),
  'api-one-receipt': (r) => ({path: {id: r.uid, event: 0}}),
  'api-reveals': (r) => ({path: {id: r.uid}}),
  'reveal': (r) => ({path: {id: r.uid}, body: {revision: 1, fields: ['title']}, refused: 409}), /* before the epoch's end nothing of it is in the log: log.test.mjs */
  'bulk': (r) => ({body: [{op: 'comment', id: r.uid, text: 'Seen.'}, {op: 'link', id: r.uid, rel: 'concerns', target: 'CUE-0002'}, {op: 'create', kind: 'lesson', body: {}}]}),
}

// A release that is public, at a stage at which one can ask for it.
async function gated(who) {
  const {body} = await who.done(201, 'POST', '/records', {kind: 'release', body: {title: 'Tulip', version: '1', summary: 'In stages.', artifacts: [{name: 'model', sha256: 'a'.repeat(64)}],
    stages: [{name: 'gated', who: 'gated'}], access: {mode: 'manual', fields: [{name: 'purpose', label: 'What for?', type: 'text'}], terms: 'Say what you find.'}}})
  await who.done(200, 'POST', `/records/${body.uid}/moves`, {move: 'publish'})
  await who.done(200, 'POST', `/records/${body.uid}/acts`, {act: 'release.decide', args: {decision: 'proceed', rationale: 'It may begin.'}})
  return body.uid
}

// The request of an operation that is about a record of another kind than the one above, with such a record of the same owner in its place.
export async function inPlace(request, who) {
  if (!request?.of) return request
  const kind = request.of === 'dispute' ? 'case' : request.of
  if (request.of === 'release') return {...request, path: {...request.path, id: await gated(who)}}
  let {body} = await who.done(201, 'POST', '/records', {kind, body: {title: 'One that it is about'}})
  if (request.of === 'dispute') ({body} = await who.done(201, 'POST', `/records/${body.uid}/disputes`, {question: 'tier', statement: 'It is not.'}))
  return {...request, path: {...request.path, id: body.uid}}
}

// The record that the requests above are about, with a file that its owner may read and a link.
export async function record(who, {publish = null} = {}) {
  const made = await fresh(who)
  const audiences = publish ? 'owner,public' : 'owner'
  const file = await who.done(201, 'POST', `/records/${made.uid}/files?name=a.txt&audiences=${audiences}`, `notes of ${made.uid}`, {'content-type': 'text/plain'})
  await who.done(201, 'POST', `/records/${made.uid}/links`, {rel: 'concerns', target: 'CUE-0001'})
  if (publish) await publish.done(200, 'POST', `/records/${made.uid}/moves`, {move: 'publish'})
  const {body} = await who.done(200, 'GET', `/records/${made.uid}`)
  const sent = await who.done(201, 'POST', '/reports', flaw('anonymous'))
  return {...made, ...(await webhookOf(who)), receipt: sent.body.receipt, etag: body.etag, state: body.state, file: file.body.file.sha256}
}

// The address of a request: path with its values in place, and query.
export function address(path, request) {
  const filled = path.replace(/\{([^}.]+)(\.\.\.)?\}/g, (_, name) => {
    assert.ok(request.path?.[name] !== undefined, `${path} wants ${name}`)
    return encodeURIComponent(request.path[name])
  })
  return request.query ? `${filled}?${request.query}` : filled
}
